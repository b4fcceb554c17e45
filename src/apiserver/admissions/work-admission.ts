import { isDeepStrictEqual } from 'node:util';
import type { Executor, ManifestWorkSpec } from '../../api/work.js';
import { WORK_GROUP } from '../../api/work.js';
import type { Admission, AdmissionRequest } from '../admission.js';
import type { RbacAuthorizer } from '../authorization/rbac.js';
import { badRequest } from '../status-error.js';

export interface WorkAdmissionOptions {
  /** Also works that name no executor need the permission, for the agent's own identity. */
  readonly executorRequired: boolean;
}

const LIMIT_BYTES = 500 * 1024;
const WEBHOOK = 'manifestworkvalidators.admission.work.open-cluster-management.io';
const AGENT_ACCOUNT = { namespace: '', name: 'klusterlet-work-sa' };

/** In the words of the webhook that OCM installs on its hubs. */
const denied = (why: string) => badRequest(`admission webhook "${WEBHOOK}" denied the request: ${why}`);

type Manifest = NonNullable<NonNullable<ManifestWorkSpec['workload']>['manifests']>[number];

/** Length in OCM's wire format: the JSON, a tag and the length of the JSON as a varint. */
function encodedLength(manifest: Manifest): number {
  const length = Buffer.byteLength(JSON.stringify(manifest));
  const varintBytes = length < 128 ? 1 : length < 16_384 ? 2 : 3;
  return length + 1 + varintBytes;
}

interface Named {
  readonly name?: string;
  readonly namespace?: string;
  readonly generateName?: string;
}

function checkManifests(manifests: readonly Manifest[]): void {
  if (manifests.length === 0) throw denied('manifests should not be empty');
  const bytes = manifests.reduce((sum, manifest) => sum + encodedLength(manifest), 0);
  if (bytes > LIMIT_BYTES)
    throw denied(`the size of manifests is ${bytes} bytes which exceeds the ${LIMIT_BYTES} limit`);
  const seen = new Set<string>();
  for (const { apiVersion, kind, metadata } of manifests) {
    // The schema of the kind has seen to it that metadata is an object.
    const { name, namespace = '', generateName } = (metadata ?? {}) as Named;
    if (!name) throw denied('name must be set in manifest');
    if (generateName) throw denied('generateName must not be set in manifest');
    const key = `${namespace}/${name} with resource type ${String(apiVersion)}.${String(kind)}`;
    if (seen.has(key)) throw denied(`duplicate manifest for resource ${key}`);
    seen.add(key);
  }
}

function checkExecutor(
  authorizer: RbacAuthorizer,
  { user, namespace }: AdmissionRequest,
  executor: Executor | undefined,
): void {
  const account = executor ? executor.subject?.serviceAccount : AGENT_ACCOUNT;
  if (!account) throw denied('executor service account can not be nil');
  const { allowed } = authorizer.authorize({
    user,
    verb: 'execute-as',
    path: '',
    resource: {
      group: WORK_GROUP,
      version: 'v1',
      plural: 'manifestworks',
      subresource: '',
      namespace,
      name: `system:serviceaccount:${account.namespace}:${account.name}`,
    },
  });
  if (!allowed)
    throw denied(
      `user ${user.name} cannot manipulate the Manifestwork with executor ${account.namespace}/${account.name} in namespace ${namespace}`,
    );
}

interface WithSpec {
  readonly spec?: ManifestWorkSpec;
}

/** What OCM's hub refuses: works without, with too large or ambiguous manifests, and executors the user may not speak for. */
export const workAdmission =
  (authorizer: RbacAuthorizer, { executorRequired }: WorkAdmissionOptions): Admission =>
  (request) => {
    const { kind, operation, subresource, object } = request;
    if (kind.group !== WORK_GROUP || kind.kind !== 'ManifestWork' || !object) return;
    if (operation === 'delete' || subresource !== '') return;
    // The schema of the kind was checked before.
    const { spec = {} } = object as WithSpec;
    const before = (request.before as WithSpec | undefined)?.spec;
    checkManifests(spec.workload?.manifests ?? []);
    const unchanged = operation === 'update' && isDeepStrictEqual(before?.executor, spec.executor);
    if (!unchanged && (spec.executor || executorRequired)) checkExecutor(authorizer, request, spec.executor);
  };
