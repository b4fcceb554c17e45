import type { KubeObject, NamespacedName, Unstructured } from '../api/meta.js';
import type { PrinterColumn, ResourceType } from '../api/resource.js';
import type { JsonObject } from '../apimachinery/json.js';
import type { KeptByStatus } from '../apimachinery/managed-fields/metadata-fields.js';
import type { StructuralSchema } from '../apimachinery/structural/schema.js';
import type { User } from './identity.js';
import type { Cause } from './status-error.js';

/** An OpenAPI v3 schema with the `x-kubernetes-*` extensions. */
export type Schema = StructuralSchema;

/** What names of a kind must look like. */
export type NameRule = 'subdomain' | 'label' | 'path-segment';

export interface LocalWriteOptions {
  readonly subresource?: string;
  readonly fieldManager: string;
}

export interface LocalDeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

/**
 * All objects, as the server itself reads and writes them: by the same rules as over HTTP, as `system:apiserver`. Objects that
 * come out are shared: never change them. Kinds are storage versions only, so that every object is seen once.
 */
export interface LocalObjects {
  kinds(): readonly Kind[];
  kindOf(apiVersion: string, kind: string): Kind | undefined;
  get(kind: Kind, name: NamespacedName): Unstructured | undefined;
  list(kind: Kind, namespace?: string): readonly Unstructured[];
  /** PUT: conflicts when `metadata.resourceVersion` is stale. */
  update(kind: Kind, object: KubeObject, options: LocalWriteOptions): Promise<Unstructured>;
  /** Resolves also when the object was absent already; throws 409 when a precondition does not hold. */
  delete(kind: Kind, name: NamespacedName, options?: LocalDeleteOptions): Promise<void>;
}

/**
 * Where a value that is read comes from: JSON, or a merge of values, which Kubernetes converts instead: what misfits is told in
 * other words and order, and whole numbers always fit.
 */
export type Origin = 'json' | 'merged';

/** What hooks of a kind may know about the request. */
export interface WriteContext {
  readonly user: User;
  readonly now: Date;
  readonly dryRun: boolean;
  readonly local: LocalObjects;
}

/** Behaviour of a kind that its schema cannot say. Drafts may be changed in place, `before` must not. */
export interface Strategy {
  /** Defaults the schema cannot say, as the client's own: on everything that is read, before owners of fields are recorded. */
  complete?(draft: Unstructured): void;
  /** Sets what the server sets as if the client had, and drops what clients may not. */
  prepareCreate?(draft: Unstructured, context: WriteContext): void;
  prepareUpdate?(draft: Unstructured, before: Unstructured, context: WriteContext): void;
  /**
   * Sets what the server gives and nobody owns: the owners of fields are told by the object as it was before. Throws what cannot be
   * had; `before` is absent on create.
   */
  allocate?(draft: Unstructured, before: Unstructured | undefined, context: WriteContext): void;
  /** As `prepareUpdate`, where only the status is written. */
  prepareStatus?(draft: Unstructured, before: Unstructured, context: WriteContext): void;
  /** What of the metadata a write of the status leaves; nothing when absent. */
  readonly keptByStatus?: KeptByStatus;
  /** What is wrong with a new status; the checks of the whole object when absent. */
  validateStatus?(object: Unstructured, before: Unstructured): readonly Cause[];
  /** As `warnings`, where only the status is written. */
  statusWarnings?(object: Unstructured): readonly string[];
  /** The metadata of a new object is looked at only when the rest is right. */
  readonly checksMetadataLast?: true;
  /** No change counts: the first generation stays. */
  readonly staysFirst?: true;
  /** A change of this, too, counts as a new generation. */
  generationPart?(object: Unstructured): unknown;
  /** Beyond the schema; `before` is absent on create, and so is `subresource` where the object itself is written. */
  validate?(object: Unstructured, before: Unstructured | undefined, subresource?: string): readonly Cause[];
  /** What a write is warned of once it was found right; `before` is absent on create. */
  warnings?(object: Unstructured, before: Unstructured | undefined): readonly string[];
  /** While true, a deleted object stays although it has no finalizers (namespaces). */
  holdsDeletion?(object: Unstructured): boolean;
  /** When deletion begins and the object stays for finalizers (namespaces become Terminating). */
  prepareDelete?(draft: Unstructured, context: WriteContext): void;
  /** Answers a POST instead of storing anything (access reviews). */
  answer?(object: Unstructured, context: WriteContext): Unstructured | Promise<Unstructured>;
}

export interface Subresource {
  readonly name: string;
  /** Kind of what travels, for discovery, when it is not the parent's. */
  readonly type?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly verbs: readonly ('get' | 'update' | 'patch' | 'create')[];
  /** What a write starts from and answers, and a GET gives; the whole object when absent. */
  view?(object: Unstructured): Unstructured;
  /** What a GET gives when that may be refused. */
  get?(object: Unstructured): Unstructured;
  /** As for kinds: refuses JSON that does not fit. */
  decode?(object: Unstructured, origin?: Origin): Unstructured;
  /** What is stored after `sent` was written here over `before`: `status` takes only the status. */
  merge?(before: Unstructured, sent: Unstructured, context: WriteContext): Unstructured;
  /** What is sent must have the name of the URL. */
  readonly named?: true;
  /** Answers a POST (ServiceAccount tokens, evictions). */
  create?(parent: Unstructured, sent: Unstructured, context: WriteContext): Unstructured | Promise<Unstructured>;
}

/** Where objects of a kind are kept; kinds with the same storage are views of the same objects. */
export interface Storage {
  readonly group: string;
  readonly plural: string;
  /** New states are kept in this version. */
  readonly version: string;
}

/** An OpenAPI schema and what it refers to, by name. */
export interface KindDocument {
  readonly root: Readonly<Record<string, unknown>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One served version of a kind, built in or from a CRD. */
export interface Kind extends ResourceType {
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** From a CRD: no strategic merge patch, own printer columns only. */
  readonly custom: boolean;
  /** Of the whole object, `apiVersion`, `kind` and `metadata` included. */
  readonly schema: Schema;
  /** The revision from which objects were written by this schema; always when absent. */
  readonly schemaSince?: number;
  /** What a new object begins as, for field owners; empty when absent. */
  readonly blank?: JsonObject;
  readonly columns: readonly PrinterColumn[];
  readonly nameRule: NameRule;
  readonly subresources: readonly Subresource[];
  /** All but reviews have every verb. */
  readonly verbs: readonly string[];
  /** Whether `metadata.generation` counts changes of the spec. */
  readonly countsGeneration: boolean;
  /** Finalizers must have a domain, or be Kubernetes' own. */
  readonly qualifiesFinalizers: boolean;
  /** Every update has `generateName` looked at by the rule of names. */
  readonly rechecksPrefix: boolean;
  /** An update must name the version it replaces. */
  readonly insistsOnVersion: boolean;
  /** An update creates what does not exist. */
  readonly createsOnUpdate: boolean;
  readonly storage: Storage;
  /** A deletion that does not say otherwise leaves what the object owns; who does not say it is warned. */
  readonly orphansByDefault?: string;
  /** A deletion is answered with the object as it was marked, also when nothing held it. */
  readonly leavesGracefully?: true;
  /** A deletion is answered with the object, not with a Status. */
  readonly returnsDeleted: boolean;
  /** Refuses, with 400, JSON that does not fit the types of a built-in kind, and drops nulls; first thing on every write. */
  decode?(object: Unstructured, origin?: Origin): Unstructured;
  /** How OpenAPI tells it, when that is more than its schema. */
  document?(): KindDocument;
  /** From this version to what is stored and back; the identity but for `apiVersion` when absent. */
  toStorage?(object: Unstructured): Unstructured;
  fromStorage?(object: Unstructured): Unstructured;
  /** What clients read, when that is more than the object. */
  tell?(object: Unstructured): Unstructured;
  /** Cells of a table row by column name, for what JSONPath cannot say (`kubectl get pods`: READY 1/2). */
  cells?(object: Unstructured, now: Date): Readonly<Record<string, unknown>>;
  readonly strategy: Strategy;
  /** What every request is warned of. */
  readonly deprecation?: string;
  /** Fields besides metadata.name and metadata.namespace a field selector may name, as paths (`spec.nodeName`). */
  readonly selectableFields: readonly string[];
}

/** The type of a kind, or of its lists, in kube-apiserver. */
export const goTypeOf = ({ custom, group, listKind }: Kind, name: string): string =>
  custom
    ? `*unstructured.Unstructured${name === listKind ? 'List' : ''}`
    : `*${group.split('.', 1)[0] || 'core'}.${name}`;

export const ALL_VERBS: readonly string[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** The status subresource: takes `status`, and what its kind does not keep of the metadata. */
export const STATUS: Subresource = {
  name: 'status',
  verbs: ['get', 'patch', 'update'],
  merge: (before, sent) => {
    const { status: _, ...rest } = before;
    return 'status' in sent ? { ...rest, status: sent.status } : rest;
  },
};

/** Custom objects keep their metadata when their status is written, the others what they say. */
export const keptByStatus = ({ custom, strategy }: Kind): KeptByStatus =>
  custom ? 'metadata' : (strategy.keptByStatus ?? 'nothing');

/** Whether the status is written by itself, at the status subresource only. */
export const servesStatus = ({ subresources }: Kind): boolean => subresources.some(({ name }) => name === 'status');
