import type { Unstructured } from '../../../api/meta.js';
import { timestamp } from '../../../apimachinery/go-time.js';
import { equalJson, sortedJson } from '../../../apimachinery/json.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { forbiddenField, immutable, invalidValue, oneOf, required, unsupported } from '../checks/causes.js';
import { validateRequired, validateSubdomain } from '../checks/name-checks.js';
import { hostPathType, withoutBacksteps } from '../checks/paths.js';
import { type Amounts, amountOf } from '../checks/resource-names.js';
import { specOf, statusOf, typed } from '../model/typed.js';
import { VOLUME_MODES, validateAccessModes } from './persistent-volume-claim.js';

interface Spec {
  capacity?: Amounts;
  accessModes?: string[];
  persistentVolumeReclaimPolicy?: string;
  storageClassName?: string;
  volumeMode?: string;
  volumeAttributesClassName?: string;
  nodeAffinity?: { required?: { nodeSelectorTerms?: object[] | null } };
  hostPath?: { path?: string; type?: string };
  nfs?: { server?: string; path?: string };
  local?: { path?: string };
  csi?: { driver?: string; volumeHandle?: string };
}

interface Status {
  phase: string;
  lastPhaseTransitionTime: string;
}

/** The members of a spec that say what the volume is. */
const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flocker',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'local',
  'storageos',
  'csi',
  'flexVolume',
];

export const persistentVolume: Strategy = {
  prepareCreate(draft, { now }) {
    draft.status = { phase: 'Pending', lastPhaseTransitionTime: timestamp(now) };
  },
  prepareStatus(draft, before, { now }) {
    const status = statusOf<Status>(draft);
    if (status.phase === statusOf<Status>(before).phase) return;
    draft.status = { ...status, lastPhaseTransitionTime: status.lastPhaseTransitionTime ?? timestamp(now) };
  },
  validate: (object, before) => [
    ...validateSpec(specOf<Spec>(object)),
    ...(before ? validateChange(object, before) : []),
  ],
  validateStatus: () => [],
  warnings: (object) =>
    specOf<Spec>(object).persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : [],
};

function validateSpec(spec: Spec): Cause[] {
  const { accessModes = [], capacity = {}, persistentVolumeReclaimPolicy: policy, storageClassName } = spec;
  return [
    ...(accessModes.length > 0 ? [] : [required('spec.accessModes')]),
    ...validateAccessModes(accessModes, 'spec.accessModes'),
    ...validateCapacity(capacity, spec.capacity),
    ...oneOf(policy, ['Delete', 'Recycle', 'Retain'], 'spec.persistentVolumeReclaimPolicy'),
    ...validateAffinity(spec),
    ...validateSources(spec),
    ...(spec.hostPath?.path === '/' && policy === 'Recycle'
      ? [forbiddenField('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")]
      : []),
    ...(storageClassName ? validateSubdomain(storageClassName, 'spec.storageClassName') : []),
    ...oneOf(spec.volumeMode, VOLUME_MODES, 'spec.volumeMode'),
  ];
}

function validateCapacity(capacity: Amounts, shown: Amounts | undefined): Cause[] {
  const names = Object.keys(capacity);
  return [
    ...(names.length === 0 ? [required('spec.capacity')] : []),
    ...(names.length === 1 && 'storage' in capacity
      ? []
      : [unsupported('spec.capacity', sortedJson(shown ?? null), ['storage'])]),
    ...names.flatMap((name) => validateSize(capacity[name] ?? '0', `spec.capacity[${name}]`)),
  ];
}

function validateSize(text: string, field: string): Cause[] {
  const size = amountOf(text);
  return [
    ...(size.sign() === -1 ? [invalidValue(field, Number(size.value()), 'must be a valid resource quantity')] : []),
    ...(size.sign() === 1 ? [] : [invalidValue(field, text, 'must be greater than zero')]),
  ];
}

function validateAffinity({ nodeAffinity, local }: Spec): Cause[] {
  const field = 'spec.nodeAffinity';
  if (!nodeAffinity) return local ? [required(field, 'Local volume requires node affinity')] : [];
  if (!nodeAffinity.required) return [required(`${field}.required`, 'must specify required node constraints')];
  return nodeAffinity.required.nodeSelectorTerms?.length
    ? []
    : [required(`${field}.required.nodeSelectorTerms`, 'must have at least one node selector term')];
}

/** One volume is one thing; of those people write by hand the members are looked at. */
function validateSources(spec: Spec): Cause[] {
  const members = typed<Record<string, unknown>>(spec);
  const [first, ...more] = SOURCES.filter((name) => members[name] !== undefined);
  if (first === undefined) return [required('spec', 'must specify a volume type')];
  return [
    ...sourceProblems(first, spec),
    ...more.map((name) => forbiddenField(`spec.${name}`, 'may not specify more than 1 volume type')),
  ];
}

function sourceProblems(source: string, { hostPath, nfs, local, csi }: Spec): Cause[] {
  switch (source) {
    case 'hostPath':
      return [
        ...validatePath(hostPath?.path, 'spec.hostPath.path'),
        ...hostPathType(hostPath?.type, 'spec.hostPath.type'),
      ];
    case 'nfs':
      return [
        ...(nfs?.server ? [] : [required('spec.nfs.server')]),
        ...(nfs?.path ? [] : [required('spec.nfs.path')]),
        ...(nfs?.path?.startsWith('/')
          ? []
          : [invalidValue('spec.nfs.path', nfs?.path ?? '', 'must be an absolute path')]),
      ];
    case 'local':
      return validatePath(local?.path, 'spec.local.path');
    case 'csi':
      return [
        ...validateRequired(csi?.driver, 'spec.csi.driver', validateDriver),
        ...(csi?.volumeHandle ? [] : [required('spec.csi.volumeHandle')]),
      ];
    default:
      return [];
  }
}

/** In capitals or not, the name is shown as it is. */
const validateDriver = (driver: string, field: string): Cause[] =>
  validateSubdomain(driver.toLowerCase(), field).length > 0 ? validateSubdomain(driver, field) : [];

const validatePath = (path: string | undefined, field: string): Cause[] =>
  validateRequired(path, field, withoutBacksteps);

function validateChange(object: Unstructured, before: Unstructured): Cause[] {
  const [now, was] = [object, before].map((one) => typed<Record<string, unknown>>(one.spec ?? {}));
  const source = (spec: Record<string, unknown> | undefined) => SOURCES.map((name) => spec?.[name] ?? null);
  const what = 'spec.persistentvolumesource';
  return [
    ...(equalJson(source(now), source(was)) ? [] : [forbiddenField(what, `${what} is immutable after creation`)]),
    ...(now?.volumeMode === was?.volumeMode ? [] : [immutable('volumeMode', now?.volumeMode)]),
    ...(was?.nodeAffinity && !equalJson(now?.nodeAffinity ?? null, was.nodeAffinity)
      ? [
          invalidValue(
            'spec.nodeAffinity',
            now?.nodeAffinity ?? null,
            'field is immutable, except for updating from beta label to GA',
          ),
        ]
      : []),
  ];
}
