import { quantityOrUndefined } from '../../../apimachinery/quantity.js';
import type { Cause } from '../../status-error.js';
import { duplicate, forbiddenField, invalidValue, required } from '../checks/causes.js';
import { validateLabel } from '../checks/name-checks.js';
import { fileMode, hostPathType, withoutBacksteps } from '../checks/paths.js';
import { validateItems } from './key-to-path.js';
import type { Volume } from './pod-shape.js';
import { validateDownwardFile, validateProjected } from './projected-volumes.js';
import type { Volumes } from './volume-mounts.js';

/** What is wrong with volumes, and those of which nothing is, for who mounts them. */
export function validateVolumes(volumes: readonly Volume[], field: string): { causes: Cause[]; good: Volumes } {
  const good = new Map<string, Volume>();
  const causes = volumes.flatMap((volume, index) => {
    const at = `${field}[${index}]`;
    const { name } = volume;
    const found = [
      ...sourceProblems(volume, at),
      ...(name ? validateLabel(name, `${at}.name`) : [required(`${at}.name`)]),
      ...(good.has(name) ? [duplicate(`${at}.name`, name)] : []),
    ];
    if (found.length === 0) good.set(name, volume);
    return found;
  });
  return { causes, good };
}

type Rule = (volume: Volume, field: string) => Cause[];

/** In the order Kubernetes looks for them; of the others only the number counts. */
const RULES: Readonly<Record<string, Rule>> = {
  emptyDir: ({ emptyDir }, field) =>
    (quantityOrUndefined(emptyDir?.sizeLimit ?? '0')?.sign() ?? 0) < 0
      ? [forbiddenField(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
      : [],
  hostPath: ({ hostPath }, field) => hostPathProblems(hostPath, field),
  secret: ({ secret }, field) => [
    ...(secret?.secretName ? [] : [required(`${field}.secretName`)]),
    ...fileMode(secret?.defaultMode, `${field}.defaultMode`),
    ...validateItems(secret?.items, field),
  ],
  nfs: ({ nfs }, field) => nfsProblems(nfs, field),
  persistentVolumeClaim: ({ persistentVolumeClaim: claim }, field) =>
    claim?.claimName ? [] : [required(`${field}.claimName`)],
  downwardAPI: ({ downwardAPI }, field) => [
    ...fileMode(downwardAPI?.defaultMode, `${field}.defaultMode`),
    ...(downwardAPI?.items ?? []).flatMap((file) => validateDownwardFile(file, field)),
  ],
  configMap: ({ configMap }, field) => [
    ...(configMap?.name ? [] : [required(`${field}.name`)]),
    ...fileMode(configMap?.defaultMode, `${field}.defaultMode`),
    ...validateItems(configMap?.items, field),
  ],
  projected: ({ projected }, field) => validateProjected(projected ?? {}, field),
};

function sourceProblems(volume: Volume, field: string): Cause[] {
  const named = Object.keys(volume).filter((member) => member !== 'name');
  const known = Object.keys(RULES);
  const [first, ...others] = [
    ...known.filter((one) => named.includes(one)),
    ...named.filter((one) => !known.includes(one)),
  ];
  if (first === undefined) return [required(field, 'must specify a volume type')];
  return [
    ...(RULES[first]?.(volume, `${field}.${first}`) ?? []),
    ...others.map((source) => forbiddenField(`${field}.${source}`, 'may not specify more than 1 volume type')),
  ];
}

function hostPathProblems({ path, type }: Volume['hostPath'] = { path: '' }, field: string): Cause[] {
  if (!path) return [required(`${field}.path`)];
  return [...withoutBacksteps(path, `${field}.path`), ...hostPathType(type, `${field}.type`)];
}

function nfsProblems({ server, path }: Volume['nfs'] = { server: '', path: '' }, field: string): Cause[] {
  return [
    ...(server ? [] : [required(`${field}.server`)]),
    ...(path ? [] : [required(`${field}.path`)]),
    ...(path.startsWith('/') ? [] : [invalidValue(`${field}.path`, path, 'must be an absolute path')]),
  ];
}
