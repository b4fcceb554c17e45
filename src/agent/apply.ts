import type { ServerSideApplyConfig, UpdateStrategy } from '../api/manifest-config.js';
import type { Unstructured } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import { contains } from '../apimachinery/json.js';
import { ApiError, isAlreadyExists, isConflict, type KubeClient } from '../kube/client.js';
import { digestOf } from './digest.js';
import type { Query } from './feedback.js';
import { withoutIgnored } from './ignore-fields.js';
import { isAppliedBy } from './merge/managers.js';
import { type Ownership, ownersOf } from './merge/metadata.js';
import { newObject, planUpdate } from './merge/update.js';
import type { Sight } from './observer.js';

export interface ApplyRequest {
  readonly type: ResourceType;
  readonly manifest: Unstructured;
  readonly strategy: UpdateStrategy;
  readonly ownership: Ownership;
  readonly sight: Sight;
  /** Read before writing: the object was applied before, so creating it would be refused. */
  readonly expected: boolean;
  /** This manifest was applied before, as the status of its work tells. */
  readonly isRepeated: boolean;
}

export interface ApplyTools {
  readonly client: KubeClient;
  readonly query: Query;
  readonly signal: AbortSignal;
}

const FIELD_MANAGER = 'work-agent';
const CONFIG_HASH = 'open-cluster-management.io/config-spec-hash';
const CONFLICT_TRIES = 4;

const read = ({ client, signal }: ApplyTools, { type, manifest }: ApplyRequest): Promise<Unstructured | undefined> =>
  client.get(type, manifest.metadata, signal);

/** The live object as far as the watch or the server tells; undefined when there is none. */
async function liveObject(tools: ApplyTools, request: ApplyRequest): Promise<Unstructured | undefined> {
  const { sight, expected } = request;
  if (sight.kind === 'absent') return undefined;
  if (sight.kind === 'unknown' && !expected) return undefined;
  return (sight.kind === 'present' && sight.seen.object) || read(tools, request);
}

/** Creates the object, or gives the one that turns out to exist already. */
async function createOr(
  tools: ApplyTools,
  request: ApplyRequest,
): Promise<{ readonly created: Unstructured } | { readonly existing: Unstructured }> {
  const { client, signal } = tools;
  try {
    const object = newObject(request.manifest, request.ownership);
    return { created: await client.create(request.type, object, { fieldManager: FIELD_MANAGER, signal }) };
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const existing = await read(tools, request);
    if (!existing) throw error;
    return { existing };
  }
}

async function recreate(tools: ApplyTools, request: ApplyRequest, live: Unstructured, object: Unstructured) {
  const { client, signal } = tools;
  const { uid } = live.metadata;
  await client.delete(request.type, live.metadata, { ...(uid ? { uid } : {}), signal });
  return client.create(request.type, object, { fieldManager: FIELD_MANAGER, signal });
}

const isImmutable = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 422 && error.message.includes('immutable');

async function writeUpdate(tools: ApplyTools, request: ApplyRequest, live: Unstructured): Promise<Unstructured> {
  const { client, signal } = tools;
  const { type, manifest, ownership, isRepeated } = request;
  const plan = planUpdate(manifest, live, ownership, isRepeated ? FIELD_MANAGER : undefined);
  if (plan.kind === 'keep') return live;
  if (plan.kind === 'recreate') return recreate(tools, request, live, plan.object);
  try {
    return await client.update(type, plan.object, { fieldManager: FIELD_MANAGER, signal });
  } catch (error) {
    if (manifest.kind === 'Secret' && manifest.apiVersion === 'v1' && isImmutable(error))
      return recreate(tools, request, live, newObject(manifest, ownership));
    throw error;
  }
}

async function update(tools: ApplyTools, request: ApplyRequest): Promise<Unstructured> {
  const live = await liveObject(tools, request);
  if (live) return writeUpdate(tools, request, live);
  const made = await createOr(tools, request);
  return 'created' in made ? made.created : writeUpdate(tools, request, made.existing);
}

/** Only the owner references of an object that is left alone otherwise. */
async function writeOwners(tools: ApplyTools, request: ApplyRequest, live: Unstructured): Promise<Unstructured> {
  const { client, signal } = tools;
  const before = live.metadata.ownerReferences ?? [];
  const ownerReferences = ownersOf(before, [], request.ownership);
  if (digestOf(before) === digestOf(ownerReferences)) return live;
  const { uid, resourceVersion } = live.metadata;
  const body = { metadata: { uid, resourceVersion, ownerReferences } };
  return client.patch(request.type, live.metadata, { type: 'merge', body }, { fieldManager: FIELD_MANAGER, signal });
}

async function createOnly(tools: ApplyTools, request: ApplyRequest): Promise<Unstructured> {
  const live = await liveObject(tools, request);
  if (live) return writeOwners(tools, request, live);
  const made = await createOr(tools, request);
  return 'created' in made ? made.created : writeOwners(tools, request, made.existing);
}

function withoutNullTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => !(key === 'creationTimestamp' && member === null))
      .map(([key, member]) => [key, withoutNullTimes(member)]),
  );
}

/** The manifest as it is sent by server-side apply; owner references travel separately, they have many owners. */
function desiredOf({ manifest }: ApplyRequest): Unstructured {
  const { uid: _u, resourceVersion: _r, managedFields: _m, generation: _g, ...kept } = manifest.metadata;
  // Dropping null timestamps keeps the shape of an object.
  return withoutNullTimes({ ...manifest, metadata: kept }) as Unstructured;
}

const annotated = (object: Unstructured, hash: string): Unstructured => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [CONFIG_HASH]: hash } },
});

async function serverSideApply(tools: ApplyTools, request: ApplyRequest): Promise<Unstructured> {
  const config: Partial<ServerSideApplyConfig> = request.strategy.serverSideApply ?? {};
  const options = { fieldManager: config.fieldManager ?? FIELD_MANAGER, force: config.force ?? false };
  const send = async (object: Unstructured): Promise<Unstructured> => {
    const applied = await tools.client.apply(request.type, object, { ...options, signal: tools.signal });
    return writeOwners(tools, request, applied);
  };
  const desired = desiredOf(request);
  if (!config.ignoreFields?.length) {
    const left = request.isRepeated ? await liveObject(tools, request) : undefined;
    if (left && contains(left, desired) && isAppliedBy(left, options.fieldManager)) {
      return writeOwners(tools, request, left);
    }
    return send(desired);
  }
  const stripped = withoutIgnored(desired, config.ignoreFields, tools.query);
  const hash = digestOf(stripped);
  const live = request.sight.kind === 'absent' ? undefined : await read(tools, request);
  // As OCM, a new object gets the annotations of the stripped copy.
  if (!live) return send(annotated(withAnnotationsOf(desired, stripped), hash));
  if (live.metadata.annotations?.[CONFIG_HASH] === hash) return writeOwners(tools, request, live);
  return send(annotated(stripped, hash));
}

const withAnnotationsOf = (object: Unstructured, { metadata: { annotations = {} } }: Unstructured): Unstructured => ({
  ...object,
  metadata: { ...object.metadata, annotations },
});

/** Brings one object to what its manifest and strategy ask for and gives it as it is then. ReadOnly is not for here. */
export async function applyManifest(tools: ApplyTools, request: ApplyRequest): Promise<Unstructured> {
  const apply = { Update: update, CreateOnly: createOnly, ServerSideApply: serverSideApply, ReadOnly: update };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const again: ApplyRequest = { ...request, sight: { kind: 'unknown' }, expected: true };
      return await apply[request.strategy.type](tools, attempt === 1 ? request : again);
    } catch (error) {
      if (!isStale(error, request.strategy) || attempt === CONFLICT_TRIES) throw error;
    }
  }
}

/** Somebody wrote in between. A field conflict of server-side apply has causes and is not cured by trying again. */
const isStale = (error: unknown, strategy: UpdateStrategy): boolean =>
  isConflict(error) && !isAlreadyExists(error) && !(strategy.type === 'ServerSideApply' && isFieldConflict(error));

export const isFieldConflict = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.code === 409 &&
  (error.status.details?.causes ?? []).some(({ reason }) => reason === 'FieldManagerConflict');
