import { labelKeyProblems } from '../../../apimachinery/names.js';
import type { Cause } from '../../status-error.js';
import { invalidValue, misnamed, required, unsupported } from '../checks/causes.js';
import type { FieldRef, ResourceFieldRef } from './pod-shape.js';

/** Fields of a pod that have a name, of which not every place may tell every one. */
const KNOWN: ReadonlySet<string> = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);

export function validateFieldRef(
  { apiVersion, fieldPath }: FieldRef,
  allowed: readonly string[],
  field: string,
): Cause[] {
  if (!apiVersion) return [required(`${field}.apiVersion`)];
  if (!fieldPath) return [required(`${field}.fieldPath`)];
  const [, path = fieldPath, subscript] = /^(.*)\['(.*)'\]$/s.exec(fieldPath) ?? [];
  const problem = labelProblem(apiVersion, fieldPath, path, subscript);
  if (problem) return [invalidValue(`${field}.fieldPath`, fieldPath, `error converting fieldPath: ${problem}`)];
  if (subscript !== undefined) {
    return misnamed(field, path === 'metadata.annotations' ? subscript.toLowerCase() : subscript, labelKeyProblems);
  }
  const told = path === 'spec.host' ? 'spec.nodeName' : path;
  return allowed.includes(told) ? [] : [unsupported(`${field}.fieldPath`, told, allowed)];
}

function labelProblem(apiVersion: string, whole: string, path: string, subscript: string | undefined) {
  if (apiVersion !== 'v1') return `unsupported pod version: ${apiVersion}`;
  if (subscript !== undefined) {
    return path === 'metadata.annotations' || path === 'metadata.labels'
      ? undefined
      : `field label does not support subscript: ${whole}`;
  }
  return KNOWN.has(path) || path === 'spec.host' ? undefined : `field label not supported: ${whole}`;
}

const RESOURCES = ['cpu', 'ephemeral-storage', 'memory'];
const RESOURCE_PATHS = ['limits', 'requests'].flatMap((part) => RESOURCES.map((name) => `${part}.${name}`));
const SIZES = ['1', ...'kMGTPE'].map((unit) => (unit === '1' ? '1' : `1${unit}`));
const ALL_SIZES = [...SIZES, ...[...'KMGTPE'].map((unit) => `1${unit}i`)];

export function validateResourceFieldRef(ref: ResourceFieldRef, field: string, inVolume: boolean): Cause[] {
  return [...resourceNamed(ref, field, inVolume), ...divisorProblems(ref, field)];
}

function resourceNamed({ containerName, resource }: ResourceFieldRef, field: string, inVolume: boolean): Cause[] {
  if (inVolume && !containerName) return [required(`${field}.containerName`)];
  if (!resource) return [required(`${field}.resource`)];
  if (RESOURCE_PATHS.includes(resource) || /^(?:limits|requests)\.hugepages-/.test(resource)) return [];
  return [unsupported(`${field}.resource`, resource, RESOURCE_PATHS)];
}

function divisorProblems({ resource, divisor = '0' }: ResourceFieldRef, field: string): Cause[] {
  const [, name = ''] = /^(?:limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-)/.exec(resource) ?? [];
  if (divisor === '0' || name === '') return [];
  const allowed = name === 'cpu' ? ['1m', '1'] : ALL_SIZES;
  if (allowed.includes(divisor)) return [];
  const whose = { 'ephemeral-storage': 'local ephemeral storage', 'hugepages-': 'hugepages' }[name] ?? name;
  const list = name === 'cpu' ? '1m and 1' : ALL_SIZES.join(', ');
  const why = `only divisor's values ${list} are supported with the ${whose} resource`;
  return [invalidValue(`${field}.divisor`, resource, why)];
}
