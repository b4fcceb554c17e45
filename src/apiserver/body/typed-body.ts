import type { Unstructured } from '../../api/meta.js';
import { apiVersionOf, type ResourceType } from '../../api/resource.js';
import { goKind, goQuoted } from '../../apimachinery/go-text.js';
import { isJsonObject, type JsonObject } from '../../apimachinery/json.js';
import { noMetadata } from '../../apimachinery/structural/embedded.js';
import { StatusError } from '../status-error.js';

/** The type the URL says a body has. */
export interface Expected extends ResourceType {
  readonly custom: boolean;
}

/** Whether a type is one of Kubernetes' own. */
export type Knows = (apiVersion: string, kind: string) => boolean;

/** What went wrong in the type or metadata of an object, as kube-apiserver words it; who reads the body knows around what. */
export class WrongType extends Error {
  override readonly name = 'WrongType';
}

/**
 * The object with what it may leave out filled in. A built-in kind may leave out its type, but not say another; a custom kind must
 * say one, and another than the URL's is refused when the object is validated.
 */
export function typedObject(
  value: JsonObject,
  type: Expected,
  knows: Knows,
  text: () => string = () => JSON.stringify(value),
): Unstructured {
  const { metadata, apiVersion, kind } = value;
  for (const [member, found] of Object.entries({ apiVersion, kind })) {
    if (found === undefined || found === null || typeof found === 'string') continue;
    const why = `json: cannot unmarshal ${goKind(found)} into Go struct field .${member} of type string`;
    throw new WrongType(`couldn't get version/kind; json parse error: ${why}`);
  }
  const said = type.custom ? customType(value, text) : builtinType(value, type, knows);
  if (type.custom && metadata !== undefined && metadata !== null && !isJsonObject(metadata)) {
    throw new WrongType(noMetadata(metadata));
  }
  // The types of its members are checked with the schema, before anything reads them.
  return { ...value, ...said, metadata: (metadata ?? {}) as Unstructured['metadata'] };
}

interface Said {
  readonly apiVersion: string;
  readonly kind: string;
}

const textOf = (member: unknown): string => (typeof member === 'string' ? member : '');

function customType({ apiVersion, kind }: JsonObject, text: () => string): Said {
  if (!kind) throw new WrongType(`Object 'Kind' is missing in '${text()}'`);
  if (apiVersion === null)
    throw new WrongType('.apiVersion accessor error: <nil> is of the type <nil>, expected string');
  return { apiVersion: textOf(apiVersion), kind: textOf(kind) };
}

function builtinType(value: JsonObject, type: Expected, knows: Knows): Said {
  const expected = { apiVersion: apiVersionOf(type), kind: type.kind };
  const apiVersion = textOf(value.apiVersion) || expected.apiVersion;
  const kind = textOf(value.kind) || expected.kind;
  if (apiVersion === expected.apiVersion && kind === expected.kind) return expected;
  if (knows(apiVersion, kind)) {
    const [from, to] = [`${versionOf(apiVersion)}.${kind}`, `${type.group.split('.')[0] || 'core'}.${type.kind}`];
    throw new WrongType(`converting (${from}) to (${to}): unknown conversion`);
  }
  throw new WrongType(
    `no kind ${goQuoted(kind)} is registered for version ${goQuoted(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
  );
}

export const versionOf = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1);

/** For the type of a custom object that is gone, which kube-apiserver takes for a fault of its own. */
export function refuseNoVersion({ apiVersion }: Unstructured): void {
  if (apiVersion !== '') return;
  const message = "Object 'apiVersion' is missing in 'object has no apiVersion field'";
  throw new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ reason: '', message, field: '' }],
  });
}
