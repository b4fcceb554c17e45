import type { Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import type { Strategy } from '../kind.js';
import { forbiddenField } from './causes.js';
import { completePodSpec, validatePodSpec } from './pod-template.js';
import { type PodSpec, specOf } from './typed.js';

const POD_MAY_CHANGE = new Set([
  'image',
  'activeDeadlineSeconds',
  'tolerations',
  'terminationGracePeriodSeconds',
  'schedulingGates',
]);

export const pod: Strategy = {
  prepareCreate(draft) {
    const spec = specOf<PodSpec>(draft);
    spec.serviceAccountName ??= spec.serviceAccount ?? 'default';
    spec.enableServiceLinks ??= true;
    completePodSpec(spec);
    draft.status = { phase: 'Pending', qosClass: qosClassOf(spec) };
  },
  prepareUpdate: (draft) => completePodSpec(specOf<PodSpec>(draft)),
  validate(object, before) {
    const fixed = (from: Unstructured): string =>
      JSON.stringify(from.spec, (key, value: unknown) =>
        POD_MAY_CHANGE.has(key) || key === 'nodeName' ? undefined : value,
      );
    return [
      ...validatePodSpec(specOf<PodSpec>(object), 'spec'),
      ...(before && !equalJson(JSON.parse(fixed(object)), JSON.parse(fixed(before)))
        ? [
            forbiddenField(
              'spec',
              'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
            ),
          ]
        : []),
    ];
  },
};

function qosClassOf({ containers = [] }: PodSpec): string {
  const resources = containers.map((container) => container.resources ?? {});
  if (resources.every(({ limits, requests }) => !limits && !requests)) return 'BestEffort';
  const guaranteed = resources.every(
    ({ limits, requests }) =>
      limits?.cpu !== undefined &&
      limits.memory !== undefined &&
      (!requests || equalJson({ ...limits, ...requests }, limits)),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
