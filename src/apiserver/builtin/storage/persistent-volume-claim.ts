import type { Unstructured } from '../../../api/meta.js';
import { equalJson } from '../../../apimachinery/json.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { forbiddenField, immutable, invalidValue, oneOf, required, unsupported } from '../checks/causes.js';
import { defaultClass } from '../checks/default-class.js';
import { validateLabelSelector } from '../checks/label-selectors.js';
import { validateSubdomain } from '../checks/name-checks.js';
import type { ObjectReference } from '../checks/object-references.js';
import { type Amounts, amountOf } from '../checks/resource-names.js';
import { type LabelSelectorSpec, specOf, statusOf, typed } from '../model/typed.js';

interface Source extends ObjectReference {
  namespace?: string;
}

interface Spec {
  accessModes?: string[];
  resources?: { requests?: Amounts; limits?: Amounts };
  selector?: LabelSelectorSpec;
  storageClassName?: string;
  volumeName?: string;
  volumeMode?: string;
  volumeAttributesClassName?: string;
  dataSource?: Source;
  dataSourceRef?: Source;
}

interface Status {
  phase: string;
  capacity: Amounts;
}

const STORAGE_CLASS = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  annotations: ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'],
};
const CLASS = 'volume.beta.kubernetes.io/storage-class';
export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const VOLUME_MODES = ['Block', 'Filesystem'];

export const persistentVolumeClaim: Strategy = {
  allocate(draft, before, { local }) {
    const spec = specOf<Spec>(draft);
    completeSources(spec, before && typed<Spec>(before.spec ?? {}));
    if (before) return;
    if (spec.storageClassName !== undefined || draft.metadata.annotations?.[CLASS] !== undefined) return;
    const name = defaultClass(local, STORAGE_CLASS);
    if (name !== undefined) spec.storageClassName = name;
  },
  validate(object, before) {
    const spec = specOf<Spec>(object);
    return [...validateSpec(spec), ...(before ? validateChange(object, before) : [])];
  },
  validateStatus: (object) =>
    Object.entries(statusOf<Status>(object).capacity ?? {}).flatMap(([name, amount]) =>
      amountOf(amount).sign() === -1
        ? [
            invalidValue(
              `status.capacity[${name}]`,
              Number(amountOf(amount).value()),
              'must be a valid resource quantity',
            ),
          ]
        : [],
    ),
  warnings: ({ metadata: { annotations } }) =>
    annotations?.[CLASS] === undefined
      ? []
      : [`metadata.annotations[${CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`],
};

/** Both members say what the volume begins as; only volumes and snapshots are told by the older one. */
function completeSources(spec: Spec, before: Spec | undefined): void {
  const wasNamed = before?.dataSource !== undefined || before?.dataSourceRef !== undefined;
  if (spec.dataSource && !wasNamed && !isVolume(spec.dataSource)) delete spec.dataSource;
  if (before) return;
  const { dataSource, dataSourceRef } = spec;
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource };
  if (!dataSource && dataSourceRef && !dataSourceRef.namespace) spec.dataSource = { ...dataSourceRef };
}

const isVolume = ({ apiGroup, kind }: Source): boolean =>
  (kind === 'PersistentVolumeClaim' && !apiGroup) ||
  (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io');

export function validateAccessModes(modes: readonly string[], field: string): Cause[] {
  return [
    ...modes.flatMap((mode) => (ACCESS_MODES.includes(mode) ? [] : [unsupported(field, mode, ACCESS_MODES)])),
    ...(modes.includes('ReadWriteOncePod') && modes.length > 1
      ? [forbiddenField(field, 'may not use ReadWriteOncePod with other access modes')]
      : []),
  ];
}

function validateSpec(spec: Spec): Cause[] {
  const { accessModes = [], selector, resources, storageClassName, volumeAttributesClassName } = spec;
  const named = (name: string | undefined, field: string): Cause[] => (name ? validateSubdomain(name, field) : []);
  return [
    ...(accessModes.length > 0 ? [] : [required('spec.accessModes', 'at least 1 access mode is required')]),
    ...validateLabelSelector(selector, 'spec.selector'),
    ...validateAccessModes(accessModes, 'spec.accessModes'),
    ...validateStorage(resources?.requests?.storage),
    ...named(storageClassName, 'spec.storageClassName'),
    ...oneOf(spec.volumeMode, VOLUME_MODES, 'spec.volumeMode'),
    ...named(volumeAttributesClassName, 'spec.volumeAttributesClassName'),
    ...validateSources(spec),
  ];
}

function validateStorage(storage: string | undefined): Cause[] {
  const field = 'spec.resources[storage]';
  if (storage === undefined) return [required(field)];
  return amountOf(storage).sign() === 1 ? [] : [invalidValue(field, storage, 'must be greater than zero')];
}

function validateSources({ dataSource, dataSourceRef }: Spec): Cause[] {
  const isSame = !dataSource || !dataSourceRef || equalJson({ ...dataSource }, { ...dataSourceRef });
  return [
    ...(dataSource ? validateSource(dataSource, 'spec.dataSource') : []),
    ...(dataSourceRef ? validateSource(dataSourceRef, 'spec.dataSourceRef') : []),
    ...(isSame ? [] : [invalidValue('spec', {}, 'must match dataSourceRef')]),
  ];
}

const validateSource = ({ apiGroup, kind, name }: Source, field: string): Cause[] => [
  ...(name ? [] : [required(`${field}.name`)]),
  ...(kind ? [] : [required(`${field}.kind`)]),
  ...(apiGroup || kind === 'PersistentVolumeClaim'
    ? []
    : [invalidValue(field, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")]),
  ...(apiGroup ? validateSubdomain(apiGroup, `${field}.apiGroup`) : []),
];

const FIXED =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

function validateChange(object: Unstructured, before: Unstructured): Cause[] {
  const spec = specOf<Spec>(object);
  const old = typed<Spec>(before.spec ?? {});
  const { capacity } = statusOf<Status>(before);
  const isBound = statusOf<Status>(object).phase === 'Bound';
  const [size, oldSize] = [spec, old].map(({ resources }) => amountOf(resources?.requests?.storage ?? '0'));
  const shrinks = size !== undefined && oldSize !== undefined && size.compare(oldSize) < 0;
  return [
    ...(equalJson(fixedPart(spec, old, isBound), fixedPart(old, old, isBound)) ? [] : [forbiddenField('spec', FIXED)]),
    ...(shrinks && size.compare(amountOf(capacity?.storage ?? '0')) <= 0
      ? [forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity')]
      : []),
    ...(spec.volumeMode === old.volumeMode ? [] : [immutable('volumeMode', spec.volumeMode)]),
  ];
}

/** What may be set once, and what a bound claim may still change, is left out. */
function fixedPart({ volumeName, storageClassName, resources, ...spec }: Spec, old: Spec, isBound: boolean) {
  const { volumeAttributesClassName, ...fixed } = spec;
  const { storage: _, ...requests } = resources?.requests ?? {};
  return {
    ...fixed,
    volumeName: old.volumeName ? (volumeName ?? '') : undefined,
    storageClassName: old.storageClassName === undefined ? undefined : (storageClassName ?? null),
    resources: isBound ? { ...resources, requests } : resources,
    volumeAttributesClassName: isBound ? undefined : volumeAttributesClassName,
  };
}
