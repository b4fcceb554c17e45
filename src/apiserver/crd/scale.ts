import type { Unstructured } from '../../api/meta.js';
import { isJsonObject, type JsonObject } from '../../apimachinery/json.js';
import { invalid } from '../../apimachinery/structural/field-error.js';
import { decode } from '../builtin/model/decode.js';
import { causeOf } from '../causes.js';
import type { Subresource } from '../kind.js';
import { type Cause, StatusError } from '../status-error.js';
import type { DefinedVersion } from './definition.js';

type ScalePaths = NonNullable<NonNullable<DefinedVersion['subresources']>['scale']>;

const names = (jsonPath = ''): readonly string[] => jsonPath.split('.').slice(1);

function valueAt(object: unknown, jsonPath: string | undefined): unknown {
  let value = object;
  for (const name of names(jsonPath)) value = isJsonObject(value) ? value[name] : undefined;
  return value;
}

function withValue(object: JsonObject, [name = '', ...rest]: readonly string[], value: unknown): JsonObject {
  const { [name]: before, ...others } = object;
  if (rest.length === 0) return value === undefined ? others : { ...others, [name]: value };
  return { ...others, [name]: withValue(isJsonObject(before) ? before : {}, rest, value) };
}

/** The replicas of a custom object as autoscaling/v1 Scale. */
export const scaleOf = (paths: ScalePaths): Subresource => ({
  name: 'scale',
  type: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  verbs: ['get', 'patch', 'update'],
  get(object) {
    if (valueAt(object, paths.specReplicasPath) !== undefined) return scaleFrom(object, paths);
    const message = `the spec replicas field ${JSON.stringify(paths.specReplicasPath)} does not exist`;
    throw new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, {
      causes: [{ reason: '', message, field: '' }],
    });
  },
  view: (object) => scaleFrom(object, paths),
  decode: (scale, origin) => decode('V1Scale', scale, origin),
  merge: (before, scale) => ({
    ...before,
    // Only members below the spec change.
    ...(withValue({ spec: before.spec }, names(paths.specReplicasPath), valueAt(scale, '.spec.replicas')) as object),
  }),
});

function scaleFrom(object: Unstructured, paths: ScalePaths): Unstructured {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = valueAt(object, paths.specReplicasPath);
  const selector = paths.labelSelectorPath ? valueAt(object, paths.labelSelectorPath) : undefined;
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp })),
    spec: replicas === undefined ? {} : { replicas },
    status: {
      replicas: valueAt(object, paths.statusReplicasPath) ?? 0,
      ...(typeof selector === 'string' && selector !== '' ? { selector } : {}),
    },
  };
}

/** What the schema of a scalable kind need not say. */
export const scaleProblems = (object: Unstructured, { specReplicasPath, statusReplicasPath }: ScalePaths): Cause[] =>
  [specReplicasPath, statusReplicasPath].flatMap((path = '') => {
    const value = valueAt(object, path);
    return typeof value === 'number' && value < 0
      ? [causeOf(invalid(path, value, 'should be a non-negative integer'))]
      : [];
  });
