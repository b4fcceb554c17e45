import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Unstructured } from '../api/meta.js';
import type { Admission } from './admission.js';
import type { RbacAuthorizer } from './authorization/rbac.js';
import { invalidValue, required } from './builtin/causes.js';
import { type Condition, specOf, statusOf, typed } from './builtin/typed.js';
import type { Strategy } from './kind.js';
import { timestamp } from './object-meta.js';
import { type Cause, forbidden } from './status-error.js';

/** The signer this server is: certificates to log in here. */
export const SIGNER = 'kubernetes.io/kube-apiserver-client';

export interface RequestSpec {
  /** PEM in base64. */
  request?: string;
  signerName?: string;
  usages?: string[];
  expirationSeconds?: number;
  username?: string;
  groups?: readonly string[];
}

export const requestSpecOf = (object: Unstructured): RequestSpec => typed<RequestSpec>(object.spec ?? {});

export const parseRequest = (base64: string): x509.Pkcs10CertificateRequest =>
  new x509.Pkcs10CertificateRequest(Buffer.from(base64, 'base64').toString());

/** Who asked is what the server knows, and the question never changes. */
export const certificateSigningRequest: Strategy = {
  prepareCreate(draft, { user }) {
    const spec = specOf<RequestSpec & { uid?: string; extra?: unknown }>(draft);
    Object.assign(spec, { username: user.name, groups: user.groups });
    if (user.uid !== undefined) spec.uid = user.uid;
    if (user.extra !== undefined) spec.extra = user.extra;
    draft.status = {};
  },
  prepareUpdate(draft, before) {
    draft.spec = before.spec;
  },
  validate: (object, before) => (before ? [] : validateRequest(requestSpecOf(object))),
};

function validateRequest(spec: RequestSpec): Cause[] {
  const { request = '', signerName, usages, expirationSeconds } = spec;
  return [
    ...(isRequest(request)
      ? []
      : [invalidValue('spec.request', request, 'PEM block type must be CERTIFICATE REQUEST')]),
    ...(usages?.length ? [] : [required('spec.usages')]),
    ...(signerName ? [] : [required('spec.signerName')]),
    ...(expirationSeconds !== undefined && expirationSeconds < 600
      ? [
          invalidValue(
            'spec.expirationSeconds',
            expirationSeconds,
            'may not specify a duration less than 600 seconds (10 minutes)',
          ),
        ]
      : []),
  ];
}

function isRequest(base64: string): boolean {
  const text = Buffer.from(base64, 'base64').toString();
  if (!text.includes('-----BEGIN CERTIFICATE REQUEST-----')) return false;
  try {
    parseRequest(base64);
    return true;
  } catch {
    // The library throws whatever its decoder met first; what matters is that nobody can sign this.
    return false;
  }
}

const CLIENT_USAGES = ['client auth', 'digital signature', 'key encipherment'];

/** Why the signer cannot sign an approved request. */
export function signerProblem({ usages = [] }: RequestSpec): string | undefined {
  if (!usages.includes('client auth')) return 'usages did not contain client auth';
  const other = usages.find((usage) => !CLIENT_USAGES.includes(usage));
  return other === undefined ? undefined : `usage "${other}" is not allowed for the signer ${SIGNER}`;
}

/** Nobody gets into `system:masters` by a request, and only who may approve for a signer approves. */
export const guardCertificates =
  (authorizer: RbacAuthorizer): Admission =>
  ({ kind, operation, subresource, object, before, name, user }) => {
    if (kind.group !== 'certificates.k8s.io' || kind.kind !== 'CertificateSigningRequest' || !object) return;
    const spec = requestSpecOf(object);
    if (operation === 'create' && spec.signerName === SIGNER && organizations(spec).includes('system:masters')) {
      throw forbidden(kind, name, `use of ${SIGNER} signer with system:masters group is not allowed`);
    }
    if (operation !== 'update' || !['approval', 'status'].includes(subresource)) return;
    const verb = subresource === 'approval' ? 'approve' : signs(object, before) ? 'sign' : undefined;
    if (verb === undefined) return;
    const { signerName = '' } = spec;
    const allowed = [signerName, `${signerName.split('/')[0]}/*`].some(
      (signer) =>
        authorizer.authorize({
          user,
          verb,
          path: '',
          resource: {
            group: 'certificates.k8s.io',
            version: '*',
            plural: 'signers',
            subresource: '',
            namespace: '',
            name: signer,
          },
        }).allowed,
    );
    if (!allowed) throw forbidden(kind, name, `user not permitted to ${verb} requests with signerName "${signerName}"`);
  };

const organizations = ({ request = '' }: RequestSpec): string[] => parseRequest(request).subjectName.getField('O');

const signs = (object: Unstructured, before: Unstructured | undefined): boolean =>
  statusOf<{ certificate: string }>(object).certificate !==
  (before && statusOf<{ certificate: string }>(before).certificate);

/** Times of conditions that the one who approves leaves to the server. */
export function completeConditions(
  conditions: readonly Condition[],
  before: readonly Condition[],
  now: Date,
): Condition[] {
  return conditions.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const lastTransitionTime = condition.lastTransitionTime ?? old?.lastTransitionTime ?? timestamp(now);
    return { ...condition, lastUpdateTime: condition.lastUpdateTime ?? timestamp(now), lastTransitionTime };
  });
}
