import type { Unstructured } from '../../api/meta.js';
import type { Subresource } from '../kind.js';
import { badRequest, invalid } from '../status-error.js';
import { invalidValue } from './checks/causes.js';
import { type LabelSelectorSpec, specOf, statusOf, typed } from './model/typed.js';

/** `kubectl scale`: the replicas of an object as autoscaling/v1 Scale. */
export const SCALE: Subresource = {
  name: 'scale',
  type: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  verbs: ['get', 'patch', 'update'],
  view(object) {
    const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
    const spec = typed<{ replicas?: number; selector?: LabelSelectorSpec | Record<string, string> }>(object.spec ?? {});
    const selector = selectorText(spec.selector);
    return {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp })),
      spec: spec.replicas ? { replicas: spec.replicas } : {},
      status: {
        replicas: statusOf<{ replicas: number }>(object).replicas ?? 0,
        ...(selector === '' ? {} : { selector }),
      },
    };
  },
  merge(before, sent) {
    const { replicas = 0 } = specOf<{ replicas?: number }>(sent);
    if (!Number.isInteger(replicas)) throw badRequest('spec.replicas: must be an integer');
    if (replicas < 0) {
      throw invalid({ group: 'autoscaling', plural: 'scales', kind: 'Scale' }, before.metadata.name, [
        invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
      ]);
    }
    return { ...before, spec: { ...typed<object | undefined>(before.spec), replicas } } satisfies Unstructured;
  },
};

const LIST_OPERATORS: Readonly<Record<string, string>> = { In: 'in', NotIn: 'notin' };

/** A selector as `kubectl get -l` takes it; ReplicationControllers have a plain map. */
export function selectorText(selector: LabelSelectorSpec | Record<string, string> | undefined): string {
  if (!selector) return '';
  const { matchLabels, matchExpressions } = typed<LabelSelectorSpec>(selector);
  const labels = matchLabels ?? (matchExpressions ? {} : typed<Record<string, string>>(selector));
  return [
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ...(matchExpressions ?? []).map(({ key, operator, values = [] }) => {
      const word = LIST_OPERATORS[operator];
      if (word) return `${key} ${word} (${[...values].sort().join(',')})`;
      return operator === 'Exists' ? key : `!${key}`;
    }),
  ].join(',');
}
