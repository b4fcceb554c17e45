import type { Unstructured } from '../../api/meta.js';
import { timestamp } from '../../apimachinery/go-time.js';
import { invalidValue } from '../builtin/checks/causes.js';
import { specOf, statusOf } from '../builtin/model/typed.js';
import type { Attributes, Authorizer, Decision, User } from '../identity.js';
import type { Strategy } from '../kind.js';
import { badRequest, type Cause, invalid } from '../status-error.js';
import { isMaster, type RbacAuthorizer } from './rbac.js';
import type { PolicyRule } from './rules.js';

interface ResourceAttributes {
  namespace?: string;
  verb?: string;
  group?: string;
  version?: string;
  resource?: string;
  subresource?: string;
  name?: string;
}

interface AccessSpec {
  resourceAttributes?: ResourceAttributes;
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

const GROUP = 'authorization.k8s.io';

const attributesOf = (spec: AccessSpec, user: User): Attributes => {
  const { resourceAttributes: asked, nonResourceAttributes: path } = spec;
  if (!asked) return { user, verb: path?.verb ?? '', path: path?.path ?? '' };
  const { namespace = '', verb = '', group = '', version = '', resource = '', subresource = '', name = '' } = asked;
  return { user, verb, path: '', resource: { namespace, group, version, plural: resource, subresource, name } };
};

const answered = (review: Unstructured, decision: Decision): Unstructured => ({
  ...review,
  status: { allowed: decision.allowed, ...(decision.reason === '' ? {} : { reason: decision.reason }) },
});

/** Refusals of reviews name no kind. */
const REVIEW = { group: GROUP, plural: '', kind: '' };

function refuseUnlessOne({ metadata }: Unstructured, spec: AccessSpec, more: readonly Cause[] = []): void {
  const { resourceAttributes, nonResourceAttributes: path } = spec;
  const { namespace: _, ...rest } = metadata;
  const causes = [
    ...(resourceAttributes && path
      ? [invalidPath(path, 'cannot be specified in combination with resourceAttributes')]
      : []),
    ...(!resourceAttributes && !path
      ? [
          invalidValue(
            'spec.resourceAttributes',
            null,
            'exactly one of nonResourceAttributes or resourceAttributes must be specified',
          ),
        ]
      : []),
    ...more,
    ...(Object.keys(rest).length > 0 ? [invalidValue('metadata', rest, 'must be empty')] : []),
  ];
  if (causes.length > 0) throw invalid(REVIEW, '', causes);
}

const invalidPath = ({ path = '', verb = '' }: { path?: string; verb?: string }, why: string): Cause =>
  invalidValue('spec.nonResourceAttributes', { Path: path, Verb: verb }, why);

/** A review in a namespace is about that namespace. */
function placeProblems(
  { kind, metadata }: Unstructured,
  { resourceAttributes, nonResourceAttributes }: AccessSpec,
): Cause[] {
  if (kind !== 'LocalSubjectAccessReview') return [];
  const { namespace = '' } = resourceAttributes ?? {};
  return [
    ...(resourceAttributes && namespace !== metadata.namespace
      ? [invalidValue('spec.resourceAttributes.namespace', namespace, 'must match metadata.namespace')]
      : []),
    ...(nonResourceAttributes ? [invalidPath(nonResourceAttributes, 'disallowed on this kind of request')] : []),
  ];
}

/** Asks about anybody; who may ask is for the rules about creating the review. */
export const subjectAccessReview = (authorizer: Authorizer): Strategy => ({
  async answer(review) {
    const spec = specOf<AccessSpec>(review);
    const nobody = !spec.user && !spec.groups?.length;
    refuseUnlessOne(review, spec, [
      ...(nobody ? [invalidValue('spec.user', '', 'at least one of user or group must be specified')] : []),
      ...placeProblems(review, spec),
    ]);
    return answered(review, await authorizer.authorize(attributesOf(spec, userOf(spec))));
  },
});

const userOf = ({ user = '', groups = [], uid, extra }: AccessSpec): User => ({
  name: user,
  groups,
  ...(uid === undefined ? {} : { uid }),
  ...(extra === undefined ? {} : { extra }),
});

/** Asks about oneself. */
export const selfSubjectAccessReview = (authorizer: Authorizer): Strategy => ({
  async answer(review, { user }) {
    const spec = specOf<AccessSpec>(review);
    refuseUnlessOne(review, spec);
    return answered(review, await authorizer.authorize(attributesOf(spec, user)));
  },
});

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** `kubectl auth can-i --list`. */
export const selfSubjectRulesReview = (authorizer: RbacAuthorizer): Strategy => ({
  answer(review, { user }) {
    const { namespace } = specOf<{ namespace?: string }>(review);
    if (!namespace) throw badRequest('no namespace on request');
    const { grants, problems } = authorizer.grantsOf(user, namespace);
    const rules = [...(isMaster(user) ? EVERYTHING : []), ...grants.flatMap((grant) => grant.rules)];
    return {
      ...review,
      status: {
        resourceRules: rules.filter(({ resources }) => resources?.length),
        nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs?.length),
        incomplete: false,
        ...(problems.length > 0 ? { evaluationError: problems.join(', ') } : {}),
      },
    };
  },
});

/** `kubectl auth whoami`. */
export const selfSubjectReview: Strategy = {
  answer: (review, { user, now }) => ({
    ...review,
    metadata: { ...review.metadata, creationTimestamp: timestamp(now) },
    status: { ...statusOf<object>(review), userInfo: userInfoOf(user) },
  }),
};

export const userInfoOf = ({ name, uid, groups, extra }: User) => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra }),
});
