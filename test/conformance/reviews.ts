import type { Cases, Place } from './fixture.js';
import { as, grant, review } from './users.js';

const ONE_OF =
  'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified';
const BOTH =
  'spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":"get"}: cannot be specified in combination with resourceAttributes';
const PATH = { path: '/', verb: 'get' };
const at = ({ namespace }: Place): string => `/namespaces/${namespace}`;

export const REVIEW_CASES: Cases = {
  'a review says through what a user may': async (t, p) => {
    await grant(p, 'u', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]);
    const resourceAttributes = { namespace: p.namespace, verb: 'get', resource: 'configmaps' };
    const { code, body } = await review(p, 'SubjectAccessReview', { user: 'u', resourceAttributes });
    t.is(code, 201);
    t.is(body.kind, 'SubjectAccessReview');
    t.deepEqual(body.spec, { user: 'u', resourceAttributes });
    t.deepEqual(body.status, {
      allowed: true,
      reason: `RBAC: allowed by RoleBinding "grant-u/${p.namespace}" of Role "grant-u" to User "u"`,
    });
    const denied = await review(p, 'SubjectAccessReview', { user: 'v', resourceAttributes });
    t.deepEqual(denied.body.status, { allowed: false });
  },

  'a review may be of groups, and of paths': async (t, p) => {
    const resourceAttributes = { verb: 'x', resource: 'y' };
    const status = async (spec: unknown) => (await review(p, 'SubjectAccessReview', spec)).body.status?.allowed;
    t.true(await status({ groups: ['system:masters'], resourceAttributes }));
    t.false(await status({ groups: ['system:authenticated'], resourceAttributes }));
    const path = (name: string) => ({
      user: 'u',
      groups: ['system:authenticated'],
      nonResourceAttributes: { path: name, verb: 'get' },
    });
    t.true(await status(path('/apis/apps/v1')));
    t.false(await status(path('/metrics')));
  },

  'a review of a namespace is asked in it': async (t, p) => {
    await grant(p, 'u', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]);
    const kind = 'LocalSubjectAccessReview';
    const resourceAttributes = { namespace: p.namespace, verb: 'get', resource: 'configmaps' };
    const { body } = await review(p, kind, { user: 'u', resourceAttributes }, {}, at(p));
    t.true(body.status?.allowed);
    t.is(body.metadata.namespace, p.namespace);
    const refused = async (spec: object) => {
      const answer = await review(p, kind, { user: 'u', ...spec }, {}, at(p));
      t.is(answer.code, 422);
      return answer.body.message;
    };
    const on = '.authorization.k8s.io "" is invalid';
    for (const namespace of ['default', ''])
      t.is(
        await refused({ resourceAttributes: { ...resourceAttributes, namespace } }),
        `${on}: spec.resourceAttributes.namespace: Invalid value: "${namespace}": must match metadata.namespace`,
      );
    t.is(
      await refused({ nonResourceAttributes: PATH }),
      `${on}: spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":"get"}: disallowed on this kind of request`,
    );
  },

  'a review asks one thing about somebody': async (t, p) => {
    const refused = async (kind: string, spec: unknown, problem: string) => {
      const { code, body } = await review(p, kind, spec);
      t.is(code, 422);
      t.is(body.reason, 'Invalid');
      t.is(body.message, `.authorization.k8s.io "" is invalid: ${problem}`);
    };
    const resourceAttributes = { verb: 'get' };
    const both = { resourceAttributes, nonResourceAttributes: PATH };
    await refused('SubjectAccessReview', { user: 'u' }, ONE_OF);
    await refused('SelfSubjectAccessReview', {}, ONE_OF);
    await refused('SubjectAccessReview', { user: 'u', ...both }, BOTH);
    await refused('SelfSubjectAccessReview', both, BOTH);
    const nobody = 'spec.user: Invalid value: "": at least one of user or group must be specified';
    await refused('SubjectAccessReview', { resourceAttributes }, nobody);
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: { name: 'x' },
      spec: { user: 'u', resourceAttributes },
    };
    const named = await p.wire.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body });
    t.is(named.code, 422);
    t.regex(named.body.message, /metadata: Invalid value: \{"name":"x".*\}: must be empty$/);
  },

  'who may do what is asked by who may': async (t, p) => {
    const resourceAttributes = { verb: 'get', resource: 'configmaps' };
    t.is((await review(p, 'SubjectAccessReview', { user: 'u', resourceAttributes }, as('nobody'))).code, 403);
    const self = await review(p, 'SelfSubjectAccessReview', { resourceAttributes }, as('nobody'));
    t.is(self.code, 201);
    t.false(self.body.status?.allowed);
  },

  'one may ask for all rules of a namespace about oneself': async (t, p) => {
    const rule = { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['d'], verbs: ['get', 'list'] };
    await grant(p, 'u', [rule]);
    const { body } = await review(p, 'SelfSubjectRulesReview', { namespace: p.namespace }, as('u'));
    const { resourceRules, nonResourceRules, incomplete } = body.status as Readonly<Record<string, readonly object[]>>;
    const sorted = (one: object): string => JSON.stringify(Object.entries(one).sort());
    t.true(resourceRules?.map(sorted).includes(sorted(rule)));
    t.true(JSON.stringify(nonResourceRules).includes('/version'));
    t.is<unknown, unknown>(incomplete, false);
    const none = await review(p, 'SelfSubjectRulesReview', {}, as('u'));
    t.is(none.code, 400);
    t.is(none.body.message, 'no namespace on request');
  },

  'reviews are answered and not kept': async (t, p) => {
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    for (const method of ['GET', 'DELETE'] as const) t.is((await p.wire.call(method, path)).code, 405, method);
  },
};
