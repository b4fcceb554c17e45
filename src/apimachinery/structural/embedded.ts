import { goKind } from '../go-text.js';
import { isJsonObject, type JsonObject, setMember } from '../json.js';
import { dns1035LabelProblems } from '../names.js';
import { type FieldError, invalid, required } from './field-error.js';
import { isText, validateObjectMeta } from './metadata.js';
import { type Node, nodeOf } from './node.js';
import type { StructuralSchema } from './schema.js';
import { bracketPathOf, type Trail } from './trail.js';

/** The value with every object inside it that is a resource as `read` gives it. */
export const readEmbedded = <T>(schema: StructuralSchema, value: T, read: ReadEmbedded): T =>
  // What `read` gives is a resource as well.
  readAt(value, nodeOf(schema), [], read) as T;

export type ReadEmbedded = (object: JsonObject, path: string) => JsonObject;

function readAt(value: unknown, node: Node | undefined, trail: Trail, read: ReadEmbedded): unknown {
  if (!node?.holdsEmbedded) return value;
  const readMember = (member: unknown, child: Node | undefined, step: Trail[number]): unknown =>
    readAt(member, child, [...trail, step], read);
  if (Array.isArray(value)) return value.map((item, at) => readMember(item, node.items, at));
  if (!isJsonObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, member] of Object.entries(node.embedded ? read(value, bracketPathOf(trail)) : value)) {
    const property = node.properties.get(key);
    setMember(result, key, readMember(member, property ?? node.additional, property ? key : { key }));
  }
  return result;
}

/** apiVersion, kind and metadata of an object inside another (`x-kubernetes-embedded-resource`). */
export function validateEmbedded(object: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['apiVersion', 'kind']) {
    if (!Object.hasOwn(object, name)) errors.push(required(`${path}.${name}`));
    else errors.push(...validateTypeMember(name, object[name], `${path}.${name}`));
  }
  if (Object.hasOwn(object, 'metadata')) {
    const { metadata } = object;
    if (!isJsonObject(metadata)) errors.push(invalid(`${path}.metadata`, metadata, noMetadata(metadata)));
    else errors.push(...validateObjectMeta(withName(metadata), `${path}.metadata`, isText(metadata.namespace)));
  }
  return errors;
}

/** In the words of Go's decoder. */
export const noMetadata = (found: unknown): string =>
  `json: cannot unmarshal ${goKind(found)} into Go value of type v1.ObjectMeta`;

// An embedded object may leave its name open; everything else in its metadata is checked.
const withName = (metadata: JsonObject): JsonObject => (isText(metadata.name) ? metadata : { ...metadata, name: 'x' });

function validateTypeMember(name: string, value: unknown, path: string): FieldError[] {
  if (typeof value !== 'string') return [invalid(path, value, 'must be a string')];
  if (value === '') return [invalid(path, value, 'must not be empty')];
  if (name === 'apiVersion') {
    return value.split('/').length > 2 ? [invalid(path, value, `unexpected GroupVersion string: ${value}`)] : [];
  }
  const problems = dns1035LabelProblems(value.toLowerCase());
  const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
  return problems.length > 0 ? [invalid(path, value, detail)] : [];
}
