import type { ObjectMeta, Unstructured } from '../../../api/meta.js';
import { equalJson } from '../../../apimachinery/json.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { forbiddenField, invalidValue, nonNegative, oneOf } from '../checks/causes.js';
import { validateLabel } from '../checks/name-checks.js';
import { nonNegativeCounts, notDecremented, notMoreThan } from '../checks/status-counts.js';
import { specOf, statusOf, typed } from '../model/typed.js';
import { completeTemplate } from '../pods/complete.js';
import { persistentVolumeClaim } from '../storage/persistent-volume-claim.js';
import {
  changedTemplateWarnings,
  type ReplicatedSpec,
  validateSelectedTemplate,
  validateSelector,
} from './replicated.js';

interface Update {
  type?: string;
  rollingUpdate?: { partition?: number; maxUnavailable?: unknown };
}

interface StatefulSetSpec extends ReplicatedSpec {
  serviceName?: string;
  podManagementPolicy?: string;
  updateStrategy?: Update;
  volumeClaimTemplates?: { metadata?: ObjectMeta; status?: object; apiVersion?: string; kind?: string }[];
  persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string };
  ordinals?: { start?: number };
}

/** Everything else of a StatefulSet's spec is fixed when it is created. */
const MAY_CHANGE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

const FIXED =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

export const statefulSet: Strategy = {
  complete(draft) {
    const spec = specOf<StatefulSetSpec>(draft);
    spec.updateStrategy = completeStrategy(spec.updateStrategy);
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion = 'v1';
      claim.kind = 'PersistentVolumeClaim';
      claim.status = { phase: 'Pending' };
    }
    completeTemplate(spec.template);
  },
  allocate: withoutMaxUnavailable,
  validate(object, before) {
    const spec = specOf<StatefulSetSpec>(object);
    return [
      ...policyProblems(spec),
      ...(before ? [] : claimProblems(spec)),
      ...nonNegative(spec.replicas, 'spec.replicas'),
      ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
      ...nonNegative(spec.ordinals?.start, 'spec.ordinals.start'),
      ...(before || !spec.serviceName ? [] : validateLabel(spec.serviceName, 'spec.serviceName')),
      ...validateSelector(spec, 'statefulset'),
      ...validateSelectedTemplate(withClaims(spec), 'StatefulSet', ''),
      ...(before && !equalJson(fixedPart(object), fixedPart(before)) ? [forbiddenField('spec', FIXED)] : []),
    ];
  },
  statusWarnings: () => [],
  validateStatus(object, before) {
    const status = statusOf<Record<string, unknown>>(object);
    return [
      ...nonNegativeCounts(status, COUNTS),
      ...notMoreThan(status, ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'], 'replicas'),
      ...notMoreThan(status, ['availableReplicas'], 'readyReplicas'),
      ...notDecremented(status, statusOf(before), 'collisionCount'),
    ];
  },
  warnings: (object, before) => [
    ...changedTemplateWarnings(object, before),
    ...((specOf<StatefulSetSpec>(object).revisionHistoryLimit ?? 0) < 0
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : []),
  ],
};

/** Kubernetes does not do it by default, and forgets it. */
function withoutMaxUnavailable(draft: Unstructured): void {
  const rolling = specOf<StatefulSetSpec>(draft).updateStrategy?.rollingUpdate;
  if (rolling) delete rolling.maxUnavailable;
}

/** Who says how pods are replaced need not say how many stay. */
function completeStrategy({ type, rollingUpdate }: Update = {}): Update {
  const rolling = type ? rollingUpdate : { ...rollingUpdate };
  return {
    type: type ?? 'RollingUpdate',
    ...(rolling ? { rollingUpdate: type === 'OnDelete' ? rolling : { partition: 0, ...rolling } } : {}),
  };
}

const COUNTS = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
];

const fixedPart = (object: Unstructured): object =>
  Object.fromEntries(Object.entries(specOf<object>(object)).filter(([name]) => !MAY_CHANGE.includes(name)));

function policyProblems(spec: StatefulSetSpec): Cause[] {
  const { podManagementPolicy: management, persistentVolumeClaimRetentionPolicy: retention } = spec;
  const RETENTIONS = ['Retain', 'Delete'];
  return [
    ...(management === 'OrderedReady' || management === 'Parallel'
      ? []
      : [invalidValue('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'")]),
    ...strategyProblems(spec.updateStrategy, 'spec.updateStrategy'),
    ...oneOf(retention?.whenDeleted, RETENTIONS, 'spec.persistentVolumeClaimRetentionPolicy.whenDeleted'),
    ...oneOf(retention?.whenScaled, RETENTIONS, 'spec.persistentVolumeClaimRetentionPolicy.whenScaled'),
  ];
}

function strategyProblems({ type, rollingUpdate }: Update = {}, field: string): Cause[] {
  const shown = rollingUpdate && { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: null };
  if (type === 'RollingUpdate') return nonNegative(rollingUpdate?.partition, `${field}.rollingUpdate.partition`);
  if (type === 'OnDelete') {
    const why = "only allowed for updateStrategy 'RollingUpdate'";
    return rollingUpdate ? [invalidValue(`${field}.rollingUpdate`, shown, why)] : [];
  }
  const value = { Type: type, RollingUpdate: shown ?? null };
  return [invalidValue(field, value, "must be 'RollingUpdate' or 'OnDelete'")];
}

const claimProblems = ({ volumeClaimTemplates: claims = [] }: StatefulSetSpec): Cause[] =>
  claims.flatMap((claim, index) =>
    (persistentVolumeClaim.validate?.(typed<Unstructured>(claim), undefined) ?? []).map((cause) => ({
      ...cause,
      field: `spec.volumeClaimTemplates[${index}].${cause.field}`,
    })),
  );

/** Its pods get the names of hosts and the volumes of its claims. */
function withClaims(spec: StatefulSetSpec): StatefulSetSpec {
  const { template, volumeClaimTemplates: claims = [] } = spec;
  if (!template?.spec) return spec;
  const names = claims.map(({ metadata }) => metadata?.name ?? '');
  const claimed = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const { subdomain: _s, hostname: _h, volumes = [], ...rest } = template.spec;
  const others = volumes.filter(({ name }) => !names.includes(name));
  return { ...spec, template: { ...template, spec: { ...rest, volumes: [...claimed, ...others] } } };
}
