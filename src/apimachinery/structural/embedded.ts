import { isJsonObject, type JsonObject } from '../json.js';
import { dns1035LabelProblems } from '../names.js';
import { type FieldError, invalid, required } from './field-error.js';
import { isText, validateObjectMeta } from './metadata.js';

/** apiVersion, kind and metadata of an object inside another (`x-kubernetes-embedded-resource`). */
export function validateEmbedded(object: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['apiVersion', 'kind']) {
    if (!Object.hasOwn(object, name)) errors.push(required(`${path}.${name}`));
    else errors.push(...validateTypeMember(name, object[name], `${path}.${name}`));
  }
  if (Object.hasOwn(object, 'metadata')) {
    const { metadata } = object;
    if (!isJsonObject(metadata)) errors.push(invalid(`${path}.metadata`, metadata, 'must be an object'));
    else errors.push(...validateObjectMeta(withName(metadata), `${path}.metadata`, isText(metadata.namespace)));
  }
  return errors;
}

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
