import type { Cause } from '../../status-error.js';
import { forbiddenField, invalidValue, required } from '../checks/causes.js';
import { fileMode, unreserved } from '../checks/paths.js';
import { validateFieldRef, validateResourceFieldRef } from './field-refs.js';
import { validateItems } from './key-to-path.js';
import type { DownwardFile, Projection, Volume } from './pod-shape.js';

const FILE_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

export function validateDownwardFile(file: DownwardFile, field: string): Cause[] {
  const { path, mode } = file;
  return [
    ...(path ? [] : [required(`${field}.path`)]),
    ...unreserved(path, `${field}.path`),
    ...downwardSource(file, field),
    ...fileMode(mode, `${field}.mode`),
  ];
}

function downwardSource({ fieldRef, resourceFieldRef }: DownwardFile, field: string): Cause[] {
  if (fieldRef) {
    const why = 'fieldRef and resourceFieldRef can not be specified simultaneously';
    return [
      ...validateFieldRef(fieldRef, FILE_FIELDS, `${field}.fieldRef`),
      ...(resourceFieldRef ? [invalidValue(field, 'resource', why)] : []),
    ];
  }
  return resourceFieldRef
    ? validateResourceFieldRef(resourceFieldRef, `${field}.resourceFieldRef`, true)
    : [required(field, 'one of fieldRef and resourceFieldRef is required')];
}

export function validateProjected(
  { defaultMode, sources = [] }: NonNullable<Volume['projected']>,
  field: string,
): Cause[] {
  const paths = new Set<string>();
  const taken = (path: string, told: string): Cause[] => {
    if (path === '') return [];
    if (paths.has(path)) return [invalidValue(field, told, 'conflicting duplicate paths')];
    paths.add(path);
    return [];
  };
  return [
    ...fileMode(defaultMode, `${field}.defaultMode`),
    ...sources.flatMap((source, index) => projectionProblems(source, `${field}.sources[${index}]`, field, taken)),
  ];
}

type Taken = (path: string, told: string) => Cause[];

function projectionProblems(source: Projection, at: string, field: string, taken: Taken): Cause[] {
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  return [
    ...(secret ? namedItems(secret, `${at}.secret`, taken) : []),
    ...(configMap ? namedItems(configMap, `${at}.configMap`, taken) : []),
    ...(downwardAPI?.items ?? []).flatMap((file) => [
      ...validateDownwardFile(file, `${at}.downwardAPI`),
      ...taken(file.path, file.path),
    ]),
    ...(serviceAccountToken ? tokenProblems(serviceAccountToken, `${at}.serviceAccountToken`, field) : []),
    ...(Object.keys(source).length > 1
      ? [forbiddenField(at, 'may not specify more than 1 volume type per source')]
      : []),
  ];
}

function namedItems(
  { name = '', items = [] }: NonNullable<Projection['secret']>,
  field: string,
  taken: Taken,
): Cause[] {
  return [
    ...(name ? [] : [required(`${field}.name`)]),
    ...validateItems(items, field),
    ...items.flatMap(({ path }) => taken(path, name)),
  ];
}

const SHORTEST_TOKEN = 600;

function tokenProblems(
  { path, expirationSeconds = 0 }: NonNullable<Projection['serviceAccountToken']>,
  at: string,
  field: string,
): Cause[] {
  const expires = `${at}.expirationSeconds`;
  return [
    ...(expirationSeconds < SHORTEST_TOKEN
      ? [invalidValue(expires, expirationSeconds, 'may not specify a duration less than 10 minutes')]
      : []),
    ...(expirationSeconds > 2 ** 32
      ? [invalidValue(expires, expirationSeconds, 'may not specify a duration larger than 2^32 seconds')]
      : []),
    ...(path ? unreserved(path, `${field}.path`) : [required(`${field}.path`)]),
  ];
}
