import type { Unstructured } from '../api/meta.js';
import type { ResourceType } from '../api/resource.js';
import type { Executor } from '../api/work.js';
import { ApiError, isAlreadyExists, type KubeClient } from '../kube/client.js';

/** How long after a refusal the executor's permissions are looked at again. */
export const DENIED_RETRY_MS = 60_000;

/** The executor may not do what the work asks; not a failure of ours, so not retried with growing delays. */
export class ExecutorDenied extends Error {
  override readonly name = 'ExecutorDenied';
}

export interface ExecutorCheck {
  readonly executor: Executor;
  readonly type: ResourceType;
  readonly manifest: Unstructured;
  /** An executor needs the right to delete what deleting the work deletes. */
  readonly owned: boolean;
}

const RBAC = 'rbac.authorization.k8s.io';
const RBAC_RESOURCES: ReadonlySet<string> = new Set(['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings']);
const VERBS = ['create', 'update', 'patch', 'get'] as const;

interface Review {
  readonly status?: { readonly allowed?: boolean };
}

const denied = ({ type, manifest }: ExecutorCheck, suffix = ''): ExecutorDenied =>
  new ExecutorDenied(
    `not allowed to apply the resource ${type.group} ${type.plural}, ${manifest.metadata.namespace ?? ''} ${manifest.metadata.name}${suffix}, will try again in 1m0s`,
  );

/** Resolves when the executor of the work may apply the manifest; throws `ExecutorDenied` when it may not. */
export async function checkExecutor(client: KubeClient, check: ExecutorCheck, signal: AbortSignal): Promise<void> {
  const { subject } = check.executor;
  if (subject?.type !== 'ServiceAccount') throw new Error('only support ServiceAccount type for the executor');
  if (!subject.serviceAccount) throw new Error('the executor service account is nil');
  const { namespace, name } = subject.serviceAccount;
  const user = `system:serviceaccount:${namespace}:${name}`;
  const groups = ['system:serviceaccounts', 'system:authenticated', `system:serviceaccounts:${namespace}`];
  const allowed = await Promise.all(
    [...VERBS, ...(check.owned ? ['delete'] : [])].map((verb) => review(client, check, { user, groups, verb }, signal)),
  );
  if (!allowed.every(Boolean)) throw denied(check);
  if (check.type.group === RBAC && RBAC_RESOURCES.has(check.type.plural))
    await checkEscalation(client.impersonate(user), check, signal);
}

async function review(
  client: KubeClient,
  { type, manifest }: ExecutorCheck,
  { user, groups, verb }: { readonly user: string; readonly groups: readonly string[]; readonly verb: string },
  signal: AbortSignal,
): Promise<boolean> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user,
      groups,
      resourceAttributes: {
        group: type.group,
        version: type.version,
        resource: type.plural,
        verb,
        ...(type.namespaced ? { namespace: manifest.metadata.namespace } : {}),
        name: manifest.metadata.name,
      },
    },
  };
  const answer = await client.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', body, signal);
  // The API answers a review with a review.
  return (answer as Review).status?.allowed === true;
}

/** A service account may not grant through the agent what it could not grant itself. */
async function checkEscalation(asExecutor: KubeClient, check: ExecutorCheck, signal: AbortSignal): Promise<void> {
  try {
    await asExecutor.create(check.type, check.manifest, { dryRun: true, signal });
  } catch (error) {
    if (isAlreadyExists(error)) return;
    if (error instanceof ApiError && error.code === 403) throw denied(check, ', error: permission escalation');
    throw error;
  }
}
