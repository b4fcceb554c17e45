import type { KubeObject } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import { isJsonObject, type JsonObject } from '../apimachinery/json.js';
import { dns1123LabelProblems, dns1123SubdomainProblems } from '../apimachinery/names.js';
import { applyDefaults } from '../apimachinery/structural/default.js';
import { validateObjectMeta } from '../apimachinery/structural/metadata.js';
import { OBJECT_META } from '../apimachinery/structural/object-meta.js';
import { prune } from '../apimachinery/structural/prune.js';
import { validate } from '../apimachinery/structural/validate.js';
import { validateWithRules } from '../apimachinery/structural/validate-with-rules.js';
import { type Entry, lookUp } from './catalog.js';
import type { Document } from './parse.js';
import type { Position, Problem } from './problem.js';
import { type Complaint, complaintsOf } from './semantics.js';

/** An object of the repository that may be applied. */
export interface Manifest {
  readonly type: ResourceType;
  readonly object: KubeObject;
  /** Where it stands, for messages about it. */
  readonly path: string;
  readonly position: Position;
}

export type Validated = { readonly manifests: Manifest[]; readonly problems: Problem[] };

// What the server alone decides; leftovers of `kubectl get -o yaml` that mean nothing in a repository.
const SERVER_OWNED = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** `kind: List` stands for its items. */
const expand = ({ value, at }: Document): { value: unknown; at: Document['at']; field: string }[] =>
  value.apiVersion === 'v1' && value.kind === 'List' && Array.isArray(value.items)
    ? value.items.map((item: unknown, index) => ({
        value: item,
        at: (field) => at(field === '' ? `items[${index}]` : `items[${index}].${field}`),
        field: `items[${index}].`,
      }))
    : [{ value, at, field: '' }];

/** Pure: the objects of one file, or everything that is wrong with them. */
export function validateFile(path: string, documents: readonly Document[], targetNamespace: string): Validated {
  const manifests: Manifest[] = [];
  const problems: Problem[] = [];
  for (const { value, at } of documents.flatMap(expand)) {
    const result = isJsonObject(value)
      ? validateObject(value, targetNamespace)
      : { complaints: [{ field: '', message: 'a Kubernetes object is expected here' }] };
    if ('complaints' in result) {
      problems.push(...result.complaints.map(({ field, message }) => ({ path, ...at(field), message })));
    } else {
      manifests.push({ ...result, path, position: at('') });
    }
  }
  return { manifests, problems };
}

type Result = Pick<Manifest, 'type' | 'object'> | { readonly complaints: readonly Complaint[] };

function validateObject(value: JsonObject, targetNamespace: string): Result {
  const { apiVersion, kind } = value;
  if (typeof kind !== 'string' || kind === '') return { complaints: [{ field: 'kind', message: 'kind must be set' }] };
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    return { complaints: [{ field: 'apiVersion', message: 'apiVersion must be set' }] };
  }
  const found = lookUp(apiVersion, kind);
  if ('problem' in found) return { complaints: [{ field: 'kind', message: found.problem }] };
  const { type } = found.entry;
  const object = normalise(value, type, targetNamespace);
  const complaints = [...schemaComplaints(object, found.entry), ...complaintsOf(type, object)];
  if (complaints.length > 0) return { complaints: complaints.map((one) => describe(one, type, object)) };
  // The schemas of the kind and of its metadata have just held.
  return { type, object: object as unknown as KubeObject };
}

const describe = ({ field, message }: Complaint, { kind }: ResourceType, object: JsonObject): Complaint => {
  const name =
    isJsonObject(object.metadata) && typeof object.metadata.name === 'string' ? ` ${object.metadata.name}` : '';
  return { field, message: `${kind}${name}: ${field === '' ? '' : `${field}: `}${message}` };
};

function normalise(value: JsonObject, type: ResourceType, targetNamespace: string): JsonObject {
  const { status: _status, metadata, ...rest } = value;
  if (!isJsonObject(metadata)) return { ...rest, metadata: metadata ?? {} };
  const own = Object.fromEntries(Object.entries(metadata).filter(([name]) => !SERVER_OWNED.includes(name)));
  const named = type.namespaced && (own.namespace === undefined || own.namespace === '');
  return { ...rest, metadata: named ? { ...own, namespace: targetNamespace } : own };
}

function schemaComplaints(object: JsonObject, { type, schema }: Entry): Complaint[] {
  const { metadata } = object;
  if (!isJsonObject(metadata)) return [{ field: 'metadata', message: 'must be an object' }];
  const unknown = prune(schema, object)
    .pruned.toSorted()
    .map((field) => ({ field, message: 'unknown field' }));
  const wrong = validateWithRules(schema, applyDefaults(schema, object), undefined);
  const metadataTypes = validate(OBJECT_META, metadata, 'metadata');
  const metadataRules = metadataTypes.length > 0 ? [] : nameErrors(metadata, type);
  return [
    ...unknown,
    ...[...metadataTypes, ...metadataRules, ...wrong].map(({ field, message }) => ({ field, message })),
  ];
}

const nameErrors = (metadata: JsonObject, { kind, namespaced }: ResourceType) => {
  if (metadata.name === undefined && metadata.generateName !== undefined) {
    return [
      { field: 'metadata.generateName', message: 'objects in Git need metadata.name, so that they can be followed' },
    ];
  }
  const rule = kind === 'Namespace' ? dns1123LabelProblems : dns1123SubdomainProblems;
  return validateObjectMeta(metadata, 'metadata', namespaced, rule);
};
