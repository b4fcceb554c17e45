import type { JsonObject } from '../../apimachinery/json.js';
import { fieldsOf } from './schema.js';
import { toldLists } from './told.js';

/** Optional in a body, but never absent from the type in Go. */
const EMBEDDED: ReadonlySet<string> = new Set([
  'V1DaemonSetSpec.updateStrategy',
  'V1DeploymentSpec.strategy',
  'V1JobTemplateSpec.metadata',
  'V1JobTemplateSpec.spec',
  'V1PersistentVolumeClaimSpec.resources',
  'V1PodTemplate.template',
  'V1PodTemplateSpec.metadata',
  'V1PodTemplateSpec.spec',
  'V1ReplicaSetSpec.template',
  'V1StatefulSetSpec.updateStrategy',
]);

/** What an object of a Go type has before anything was set: what is in it is owned by nobody. */
export function blankOf(model: string): JsonObject {
  const spec = fieldsOf(model).find(({ name, code }) => name === 'spec' && code.length > 1);
  return {
    ...(spec ? { spec: blankStruct(spec.code) } : {}),
    ...Object.fromEntries(toldLists(model).map((name) => [name, null])),
  };
}

function blankStruct(model: string): JsonObject {
  const present = fieldsOf(model).filter(({ name, required }) => required || EMBEDDED.has(`${model}.${name}`));
  return Object.fromEntries(
    present.flatMap(({ name, code }) => {
      // What a scalar is set to is owned, be it Go's zero value.
      if (code.length === 1) return [];
      return [[name, code.startsWith('[') || code.startsWith('{') ? null : blankStruct(code)]];
    }),
  );
}
