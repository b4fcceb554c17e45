import type { Cause } from '../../status-error.js';
import { invalidValue, misnamed, required } from '../checks/causes.js';
import { validateLabel, validateSubdomain } from '../checks/name-checks.js';
import { withoutBacksteps } from '../checks/paths.js';
import { validateFieldRef, validateResourceFieldRef } from './field-refs.js';
import type { EnvFrom, EnvVar, KeyRef } from './pod-shape.js';

const NAME_RULE = "a valid environment variable name must consist only of printable ASCII characters other than '='";

const nameProblems = (name: string): string[] => (/^[\x20-\x3c\x3e-\x7e]*$/.test(name) ? [] : [NAME_RULE]);

const KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const LONGEST_KEY = 253;

const keyProblems = (key: string): string[] => [
  ...(Buffer.byteLength(key) > LONGEST_KEY ? [`must be no more than ${LONGEST_KEY} characters`] : []),
  ...(/^[-._a-zA-Z0-9]+$/.test(key) ? [] : [KEY_RULE]),
  ...(key === '.' || key === '..'
    ? [`must not be '${key}'`]
    : key.startsWith('..')
      ? ["must not start with '..'"]
      : []),
];

export const validateEnv = (vars: readonly EnvVar[], field: string): Cause[] =>
  vars.flatMap((variable, index) => {
    const at = `${field}[${index}]`;
    const { name } = variable;
    return [
      ...(name ? misnamed(`${at}.name`, name, nameProblems) : [required(`${at}.name`)]),
      ...sourceProblems(variable, `${at}.valueFrom`),
    ];
  });

const FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

function sourceProblems({ value, valueFrom }: EnvVar, field: string): Cause[] {
  if (!valueFrom) return [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  return [
    ...(fieldRef ? validateFieldRef(fieldRef, FIELDS, `${field}.fieldRef`) : []),
    ...(resourceFieldRef ? validateResourceFieldRef(resourceFieldRef, `${field}.resourceFieldRef`, false) : []),
    ...(configMapKeyRef ? keyRefProblems(configMapKeyRef, `${field}.configMapKeyRef`) : []),
    ...(secretKeyRef ? keyRefProblems(secretKeyRef, `${field}.secretKeyRef`) : []),
    ...(fileKeyRef ? fileKeyProblems(fileKeyRef, `${field}.fileKeyRef`) : []),
    ...countProblems(sources, value, field),
  ];
}

function countProblems(sources: number, value: string | undefined, field: string): Cause[] {
  const all = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
  if (sources === 0) return [invalidValue(field, '', `must specify one of: ${all}`)];
  if (value) return [invalidValue(field, '', 'may not be specified when `value` is not empty')];
  return sources > 1 ? [invalidValue(field, '', 'may not have more than one field specified at a time')] : [];
}

const keyRefProblems = ({ name = '', key }: KeyRef, field: string): Cause[] => [
  ...validateSubdomain(name, `${field}.name`),
  ...(key ? misnamed(`${field}.key`, key, keyProblems) : [required(`${field}.key`)]),
];

type FileKeyRef = NonNullable<NonNullable<EnvVar['valueFrom']>['fileKeyRef']>;

const fileKeyProblems = ({ key, volumeName, path }: FileKeyRef, field: string): Cause[] => [
  ...(key ? misnamed(`${field}.key`, key, nameProblems) : [required(`${field}.key`)]),
  ...(volumeName ? validateLabel(volumeName, `${field}.volumeName`) : [required(`${field}.volumeName`)]),
  ...(path ? withoutBacksteps(path, `${field}.path`) : [required(`${field}.path`)]),
];

export const validateEnvFrom = (sources: readonly EnvFrom[], field: string): Cause[] =>
  sources.flatMap(({ prefix, configMapRef, secretRef }, index) => {
    const at = `${field}[${index}]`;
    return [
      ...(prefix ? misnamed(`${at}.prefix`, prefix, nameProblems) : []),
      ...(configMapRef ? referenceProblems(configMapRef, `${at}.configMapRef`) : []),
      ...(secretRef ? referenceProblems(secretRef, `${at}.secretRef`) : []),
      ...(configMapRef || secretRef
        ? []
        : [invalidValue(field, '', 'must specify one of: `configMapRef` or `secretRef`')]),
      ...(configMapRef && secretRef
        ? [invalidValue(field, '', 'may not have more than one field specified at a time')]
        : []),
    ];
  });

const referenceProblems = ({ name }: { name?: string }, field: string): Cause[] =>
  name ? validateSubdomain(name, `${field}.name`) : [required(`${field}.name`)];
