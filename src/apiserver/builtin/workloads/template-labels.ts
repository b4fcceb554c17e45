import type { Unstructured } from '../../../api/meta.js';
import type { PodTemplate } from '../pods/pod-shape.js';

/** Jobs and ReplicationControllers without labels get those of their pods. */
export function labelLikeTemplate({ metadata }: Unstructured, template: PodTemplate | undefined): void {
  const labels = template?.metadata?.labels;
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}
