import { equalJson, sortedJson } from '../../../apimachinery/json.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { duplicate, immutable, invalidValue, oneOf, required, tooLong } from '../checks/causes.js';
import { validateQualifiedName } from '../checks/name-checks.js';
import { type Labels, typed } from '../model/typed.js';

interface Topology {
  matchLabelExpressions?: { key: string; values?: string[] }[];
}

interface StorageClass {
  provisioner?: string;
  parameters?: Labels;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
  allowedTopologies?: Topology[];
}

const FIXED = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const;
const MAX_PARAMETERS = 512;
const MAX_PARAMETER_BYTES = 256 * 1024;

export const storageClass: Strategy = {
  validate(object, before) {
    const now = typed<StorageClass>(object);
    return [...validateClass(now), ...(before ? validateChange(now, typed<StorageClass>(before)) : [])];
  },
};

const validateChange = (now: StorageClass, before: StorageClass): Cause[] =>
  FIXED.filter((field) => !equalJson(now[field] ?? null, before[field] ?? null)).map((field) =>
    immutable(field, sortedJson(now[field] ?? null)),
  );

function validateClass(now: StorageClass): Cause[] {
  const { provisioner = '', parameters = {}, allowedTopologies = [] } = now;
  return [
    ...(provisioner === ''
      ? [required('provisioner')]
      : validateQualifiedName(provisioner.toLowerCase(), 'provisioner')),
    ...validateParameters(parameters),
    ...oneOf(now.reclaimPolicy || undefined, ['Delete', 'Retain'], 'reclaimPolicy'),
    ...oneOf(now.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'], 'volumeBindingMode'),
    ...allowedTopologies.flatMap((topology, at) => validateTopology(topology, at, allowedTopologies)),
  ];
}

function validateParameters(parameters: Labels): Cause[] {
  const entries = Object.entries(parameters);
  if (entries.length > MAX_PARAMETERS) return [tooLong('parameters', MAX_PARAMETERS)];
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(`${key}${value}`), 0);
  return [
    ...('' in parameters ? [invalidValue('parameters', '', 'field can not be empty.')] : []),
    ...(bytes > MAX_PARAMETER_BYTES ? [tooLong('parameters', MAX_PARAMETER_BYTES)] : []),
  ];
}

function validateTopology(topology: Topology, at: number, all: readonly Topology[]): Cause[] {
  const { matchLabelExpressions: expressions = [] } = topology;
  const keys = expressions.map(({ key }) => key);
  const field = `allowedTopologies[${at}].matchLabelExpressions`;
  const texts = all.map(textOf);
  // kube-apiserver takes none before the first for empty ones, as many as there are.
  const alike =
    texts.slice(0, at).filter((text) => text === texts[at]).length + (expressions.length === 0 ? all.length : 0);
  return [
    ...expressions.flatMap(({ key, values = [] }, index) => [
      ...(values.length === 0 ? [required(`${field}[${index}].values`)] : []),
      ...values.flatMap((value, place) =>
        values.indexOf(value) < place ? [duplicate(`${field}[${index}].values[${place}]`, value)] : [],
      ),
      ...validateQualifiedName(key, `${field}[${index}].key`),
      ...(keys.indexOf(key) < index ? [duplicate(`${field}[${index}].key`, key)] : []),
    ]),
    ...Array.from({ length: alike }, () => duplicate(field, '')),
  ];
}

/** Alike when they say the same in another order. */
const textOf = ({ matchLabelExpressions = [] }: Topology): string =>
  JSON.stringify(matchLabelExpressions.map(({ key, values = [] }) => [key, [...new Set(values)].sort()]).sort());
