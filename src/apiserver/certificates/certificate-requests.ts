import type { Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import type { Admission } from '../admission.js';
import type { RbacAuthorizer } from '../authorization/rbac.js';
import { specOf, statusOf, typed } from '../builtin/model/typed.js';
import type { Strategy } from '../kind.js';
import { forbidden, invalid } from '../status-error.js';
import {
  parseRequest,
  type RequestSpec,
  type RequestStatus,
  requestProblems,
  statusProblems,
  undecidedProblems,
} from './certificate-rules.js';

/** The signer this server is: certificates to log in here. */
export const SIGNER = 'kubernetes.io/kube-apiserver-client';

export const requestSpecOf = (object: Unstructured): RequestSpec => typed<RequestSpec>(object.spec ?? {});

/** Who asked is what the server knows, and the question never changes. */
export const certificateSigningRequest: Strategy = {
  prepareCreate(draft, { user }) {
    const { request, signerName, usages, expirationSeconds } = specOf<RequestSpec>(draft);
    const asked = Object.entries({ request, signerName, expirationSeconds, usages }).filter(
      ([, member]) => member !== undefined,
    );
    draft.spec = {
      ...Object.fromEntries(asked),
      username: user.name,
      groups: user.groups,
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      ...(user.extra === undefined ? {} : { extra: user.extra }),
    };
    draft.status = {};
  },
  prepareUpdate(draft, before) {
    draft.spec = before.spec;
  },
  validate: (object, before) => [
    ...(before ? [] : requestProblems(requestSpecOf(object))),
    ...statusProblems(object, before),
  ],
};

const CLIENT_USAGES = ['client auth', 'digital signature', 'key encipherment'];

/** Why the signer cannot sign an approved request. */
export function signerProblem({ usages = [] }: RequestSpec): string | undefined {
  const other = usages.find((usage) => !CLIENT_USAGES.includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'usages did not contain client auth';
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
    const problems = subresource === 'status' ? undecidedProblems(object, before) : [];
    if (problems.length > 0) throw invalid(kind, name, problems);
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
  !equalJson(signedPart(object), before && signedPart(before));

const signedPart = (object: Unstructured) => {
  const { conditions = [], certificate } = statusOf<RequestStatus>(object);
  return { conditions, ...(certificate === undefined ? {} : { certificate }) };
};
