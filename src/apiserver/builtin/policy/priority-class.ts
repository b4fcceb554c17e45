import type { Strategy } from '../../kind.js';
import { forbidden } from '../../status-error.js';
import { forbiddenField, immutable, oneOf } from '../checks/causes.js';
import { typed } from '../model/typed.js';

interface PriorityClass {
  value?: number;
  globalDefault?: boolean;
  preemptionPolicy?: string;
}

const HIGHEST = 1_000_000_000;
const SYSTEM = 'system-';

export const priorityClass: Strategy = {
  staysFirst: true,
  allocate(draft, _before, { local }) {
    const kind = local.kindOf('scheduling.k8s.io/v1', 'PriorityClass');
    if (!kind || typed<PriorityClass>(draft).globalDefault !== true) return;
    const { name } = draft.metadata;
    const other = local
      .list(kind)
      .find((one) => typed<PriorityClass>(one).globalDefault === true && one.metadata.name !== name);
    if (!other) return;
    const why = `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`;
    throw forbidden(kind, name, why);
  },
  validate(object, before) {
    const { value = 0, preemptionPolicy } = typed<PriorityClass>(object);
    const { name } = object.metadata;
    const old = before && typed<PriorityClass>(before);
    return [
      ...(name.startsWith(SYSTEM)
        ? [
            forbiddenField(
              'metadata.name',
              `priority class names with '${SYSTEM}' prefix are reserved for system use only. error: ${name} is not a known system priority class`,
            ),
          ]
        : []),
      ...(value > HIGHEST && !name.startsWith(SYSTEM)
        ? [forbiddenField('value', `maximum allowed value of a user defined priority is ${HIGHEST}`)]
        : []),
      ...oneOf(preemptionPolicy, ['PreemptLowerPriority', 'Never'], 'preemptionPolicy'),
      ...(old && (old.value ?? 0) !== value ? [forbiddenField('value', 'may not be changed in an update.')] : []),
      ...(old && old.preemptionPolicy !== preemptionPolicy ? [immutable('preemptionPolicy', preemptionPolicy)] : []),
    ];
  },
};
