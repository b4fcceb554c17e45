import { tokenSubresource } from './authentication/token-request.js';
import { tokenReview } from './authentication/token-review.js';
import type { Tokens } from './authentication/tokens.js';
import type { RbacAuthorizer } from './authorization/rbac.js';
import {
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectRulesReview,
  subjectAccessReview,
} from './authorization/reviews.js';
import type { BuiltinBehaviour } from './builtin/kinds.js';
import { approvalSubresource } from './certificates/certificate-approval.js';
import { certificateSigningRequest } from './certificates/certificate-requests.js';
import { CRD_STRATEGY } from './crd/strategy.js';
import type { User } from './identity.js';

export interface BehaviourParts {
  readonly tokens: Tokens;
  readonly staticTokens: ReadonlyMap<string, User>;
  readonly authorizer: RbacAuthorizer;
}

/** What built-in kinds do with the server's keys and users. */
export const builtinBehaviour = ({ tokens, staticTokens, authorizer }: BehaviourParts): BuiltinBehaviour => ({
  strategies: {
    'apiextensions.k8s.io/CustomResourceDefinition': CRD_STRATEGY,
    'certificates.k8s.io/CertificateSigningRequest': certificateSigningRequest,
    'authentication.k8s.io/SelfSubjectReview': selfSubjectReview,
    'authentication.k8s.io/TokenReview': tokenReview(tokens, staticTokens),
    'authorization.k8s.io/LocalSubjectAccessReview': subjectAccessReview(authorizer),
    'authorization.k8s.io/SelfSubjectAccessReview': selfSubjectAccessReview(authorizer),
    'authorization.k8s.io/SelfSubjectRulesReview': selfSubjectRulesReview(authorizer),
    'authorization.k8s.io/SubjectAccessReview': subjectAccessReview(authorizer),
  },
  subresources: {
    '/ServiceAccount/token': tokenSubresource(tokens),
    'certificates.k8s.io/CertificateSigningRequest/approval': approvalSubresource,
  },
});
