import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, Unstructured } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import type { KubeClient, ObjectOf } from './client.js';

/**
 * The only way a loop writes its own object: one merge patch of the difference between `before` (as read) and `after`.
 * Nothing is sent when they are equal. Throws when spec and status changed together, and `ApiError` 409 when somebody
 * else wrote in between. Returns the object as stored, or `before` when nothing was sent.
 */
export async function commit<R extends ResourceType>(
  client: KubeClient,
  type: R,
  before: ObjectOf<R>,
  after: ObjectOf<R>,
  options: { readonly fieldManager?: string; readonly signal?: AbortSignal } = {},
): Promise<ObjectOf<R>> {
  const patch = mergeDiff(before, after);
  if (patch === undefined) return before;
  const members = Object.keys(patch);
  const status = members.includes('status');
  if (status && members.length > 1) {
    throw new Error(`${type.kind} ${nameOf(before)}: ${members.join(' and ')} changed in one step`);
  }
  const { metadata } = before as KubeObject;
  const body = {
    ...patch,
    metadata: { ...metadataOf(patch), uid: metadata.uid, resourceVersion: metadata.resourceVersion },
  };
  return client.patch(
    type,
    { namespace: metadata.namespace, name: metadata.name },
    { type: 'merge', body },
    { ...options, ...(status ? { subresource: 'status' } : {}) },
  );
}

const nameOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

const metadataOf = (patch: Members): Members => (isMembers(patch.metadata) ? patch.metadata : {});

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON merge patch (RFC 7386) that makes `after` of `before`; undefined when they are equal. Absent equals undefined. */
function mergeDiff(before: KubeObject | Unstructured, after: KubeObject | Unstructured): Members | undefined {
  return difference({ ...before }, { ...after });
}

function difference(before: Members, after: Members): Members | undefined {
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = before[key];
    const now = after[key];
    if (now === undefined) {
      if (old !== undefined) patch[key] = null;
    } else if (isMembers(old) && isMembers(now)) {
      const inner = difference(old, now);
      if (inner) patch[key] = inner;
    } else if (!isDeepStrictEqual(old, now)) {
      patch[key] = now;
    }
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}
