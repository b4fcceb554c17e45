import type { ExecutionContext } from 'ava';
import { until } from '../until.js';
import { configMap, type Place } from './fixture.js';

type Case = (t: ExecutionContext, place: Place) => Promise<void>;

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const RULES = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }];

/** Calls as a user without any right of its own. */
const as = (user: string, ...groups: string[]) => ({
  headers: { 'impersonate-user': user, ...(groups[0] ? { 'impersonate-group': groups[0] } : {}) },
});

/** Lets a user of the namespace's name read ConfigMaps there, and waits until the server knows. */
async function reader({ wire, namespace, configMaps }: Place): Promise<string> {
  const at = `${RBAC}/namespaces/${namespace}`;
  await wire.call('POST', `${at}/roles`, { body: { metadata: { name: 'reader' }, rules: RULES } });
  await wire.call('POST', `${at}/rolebindings`, {
    body: {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: namespace }],
    },
  });
  await until('the reader may read', async () => (await wire.call('GET', configMaps, as(namespace))).code === 200);
  return namespace;
}

export const ACCESS_CASES: Readonly<Record<string, Case>> = {
  'a token nobody has is refused': async (t, p) => {
    const { code, body } = await p.wire.call('GET', p.configMaps, { headers: { authorization: 'Bearer none' } });
    t.is(code, 401);
    t.is(body.reason, 'Unauthorized');
    t.is(body.message, 'Unauthorized');
  },

  'who has no right is told which one is missing': async (t, p) => {
    const { code, body } = await p.wire.call('GET', p.configMaps, as('nobody'));
    t.is(code, 403);
    t.is(body.reason, 'Forbidden');
    t.is(
      body.message,
      `configmaps is forbidden: User "nobody" cannot list resource "configmaps" in API group "" in the namespace "${p.namespace}"`,
    );
    const one = await p.wire.call('GET', `${p.widgets}/a`, as('nobody'));
    t.is(
      one.body.message,
      `widgets.contract.example.com "a" is forbidden: User "nobody" cannot get resource "widgets" in API group "contract.example.com" in the namespace "${p.namespace}"`,
    );
    const cluster = await p.wire.call('GET', '/api/v1/nodes', as('nobody'));
    t.is(
      cluster.body.message,
      'nodes is forbidden: User "nobody" cannot list resource "nodes" in API group "" at the cluster scope',
    );
    const path = await p.wire.call('GET', '/metrics', as('nobody'));
    t.is(path.body.message, 'forbidden: User "nobody" cannot get path "/metrics"');
  },

  'a role gives what it names and no more': async (t, p) => {
    const user = await reader(p);
    t.is((await p.wire.call('GET', `${p.configMaps}/none`, as(user))).code, 404);
    t.is((await p.wire.call('POST', p.configMaps, { body: configMap('a'), ...as(user) })).code, 403);
    t.is((await p.wire.call('GET', '/api/v1/namespaces/default/configmaps', as(user))).code, 403);
  },

  'nobody gives away rights he does not have': async (t, p) => {
    const at = `${RBAC}/namespaces/${p.namespace}`;
    await p.wire.call('POST', `${at}/roles`, {
      body: {
        metadata: { name: 'maker' },
        rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['list', 'create'] }],
      },
    });
    await p.wire.call('POST', `${at}/rolebindings`, {
      body: {
        metadata: { name: 'maker' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'maker' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'maker' }],
      },
    });
    await until('the maker may read', async () => (await p.wire.call('GET', `${at}/roles`, as('maker'))).code === 200);
    const { code, body } = await p.wire.call('POST', `${at}/roles`, {
      body: { metadata: { name: 'more' }, rules: RULES },
      ...as('maker'),
    });
    t.is(code, 403);
    t.true(
      body.message.startsWith(
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "maker" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:',
      ),
      body.message,
    );
  },

  'the role of a binding cannot be changed': async (t, p) => {
    await reader(p);
    const at = `${RBAC}/namespaces/${p.namespace}/rolebindings/reader`;
    const type = 'application/merge-patch+json';
    const { code, body } = await p.wire.call('PATCH', at, { body: { roleRef: { name: 'other' } }, type });
    t.is(code, 422);
    t.true(body.message.includes('cannot change roleRef'), body.message);
  },

  'access reviews tell what a user may do': async (t, p) => {
    const user = await reader(p);
    const review = async (verb: string) => {
      const resourceAttributes = { namespace: p.namespace, verb, resource: 'configmaps' };
      const body = {
        kind: 'SubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        spec: { user, resourceAttributes },
      };
      return p.wire.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body });
    };
    const allowed = await review('list');
    t.is(allowed.code, 201);
    t.is(allowed.body.status?.allowed, true);
    t.is((await review('delete')).body.status?.allowed, false);
    const spec = { resourceAttributes: { namespace: p.namespace, verb: 'get', resource: 'configmaps' } };
    const self = await p.wire.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      body: { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', spec },
      ...as(user, 'system:authenticated'),
    });
    t.is(self.body.status?.allowed, true);
  },

  'who may not impersonate is refused': async (t, p) => {
    const name = 'impersonator';
    const token = await p.wire.call('POST', `/api/v1/namespaces/${p.namespace}/serviceaccounts`, {
      body: { metadata: { name } },
    });
    t.is(token.code, 201);
    const request = await p.wire.call('POST', `/api/v1/namespaces/${p.namespace}/serviceaccounts/${name}/token`, {
      body: { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec: { audiences: [] } },
    });
    t.is(request.code, 201);
    const { code, body } = await p.wire.call('GET', p.configMaps, {
      headers: { authorization: `Bearer ${request.body.status?.token}`, 'impersonate-user': 'somebody' },
    });
    t.is(code, 403);
    // The sentence differs between versions of Kubernetes.
    t.regex(body.message, /is forbidden: User "system:serviceaccount:.*:impersonator" cannot impersonate/);
  },
};
