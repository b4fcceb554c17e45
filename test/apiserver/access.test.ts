import { request } from 'node:https';
import test, { type ExecutionContext } from 'ava';
import { ConfigMap, Namespace, Secret, ServiceAccount } from '../../src/api/core.js';
import type { ResourceType } from '../../src/api/resource.js';
import { ApiError, type KubeClient } from '../../src/kube/client.js';
import { startTestServer, type TestServer } from './test-server.js';

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' };
const Role: ResourceType = { ...RBAC, kind: 'Role', plural: 'roles', namespaced: true };
const RoleBinding: ResourceType = { ...RBAC, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true };
const ClusterRole: ResourceType = { ...RBAC, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false };
const ClusterRoleBinding: ResourceType = {
  ...RBAC,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
};

interface Rule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

const role = (name: string, rules: Rule[]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name, namespace: 'ns' },
  rules,
});
const clusterRole = (name: string, rules: Rule[], more: object = {}) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules,
  ...more,
});
const binding = (name: string, roleKind: string, roleName: string, user: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name, namespace: 'ns' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: roleName },
  subjects: [{ kind: 'User', name: user }],
});
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

async function start(t: ExecutionContext, options = {}): Promise<TestServer & { alice: KubeClient }> {
  const started = await startTestServer(t, options);
  await started.client.create(Namespace, namespace('ns'));
  return { ...started, alice: started.client.impersonate('alice') };
}

/** A request that shows nothing but the given headers: no client certificate. */
const bare = (url: string, headers: Record<string, string> = {}): Promise<{ code: number; body: string }> =>
  new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, rejectUnauthorized: false, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('end', () => resolve({ code: response.statusCode ?? 0, body }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });

const refusal = async (t: ExecutionContext, action: Promise<unknown>): Promise<{ code: number; message: string }> => {
  const error = await t.throwsAsync(action, { instanceOf: ApiError });
  return { code: error?.code ?? 0, message: error?.message ?? '' };
};

test('a request without credentials sees health and version and nothing else', async (t) => {
  const { server } = await start(t);
  t.is((await bare(`${server.url}/healthz`)).code, 200);
  t.is((await bare(`${server.url}/readyz`)).code, 200);
  t.is((await bare(`${server.url}/version`)).code, 200);
  const { code, body } = await bare(`${server.url}/api/v1/namespaces`);
  t.is(code, 403);
  t.is(
    JSON.parse(body).message,
    'namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces" in API group "" at the cluster scope',
  );
  t.is(
    JSON.parse((await bare(`${server.url}/apis`)).body).message,
    'forbidden: User "system:anonymous" cannot get path "/apis"',
  );
});

test('a wrong bearer token is 401, not anonymous', async (t) => {
  const { server } = await start(t);
  const { code, body } = await bare(`${server.url}/healthz`, { authorization: 'Bearer nonsense' });
  t.is(code, 401);
  t.like(JSON.parse(body), { reason: 'Unauthorized', message: 'Unauthorized' });
});

test('a static token stands for its user', async (t) => {
  const staticTokens = new Map([['let-me-in', { name: 'ci', groups: ['system:masters'] }]]);
  const { server } = await start(t, { staticTokens });
  const answer = await bare(`${server.url}/api/v1/namespaces/ns`, { authorization: 'Bearer let-me-in' });
  t.is(JSON.parse(answer.body).metadata.name, 'ns');
});

test('what no rule allows is refused in the words of Kubernetes', async (t) => {
  const { alice } = await start(t);
  t.deepEqual(await refusal(t, alice.list(Secret, { namespace: 'ns' })), {
    code: 403,
    message: 'secrets is forbidden: User "alice" cannot list resource "secrets" in API group "" in the namespace "ns"',
  });
  t.deepEqual(await refusal(t, alice.get(Secret, { namespace: 'ns', name: 's' })), {
    code: 403,
    message:
      'secrets "s" is forbidden: User "alice" cannot get resource "secrets" in API group "" in the namespace "ns"',
  });
});

test('a role gives what its binding reaches: one namespace, its resources, its names', async (t) => {
  const { client, alice } = await start(t);
  await client.create(Namespace, namespace('other'));
  await client.create(
    Role,
    role('r', [
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'] },
      { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'] },
    ]),
  );
  await client.create(RoleBinding, binding('b', 'Role', 'r', 'alice'));
  await t.notThrowsAsync(alice.list(ConfigMap, { namespace: 'ns' }));
  t.is(await alice.get(Secret, { namespace: 'ns', name: 'mine' }), undefined);
  t.is((await refusal(t, alice.get(Secret, { namespace: 'ns', name: 'yours' }))).code, 403);
  t.is((await refusal(t, alice.list(ConfigMap, { namespace: 'other' }))).code, 403);
  t.is((await refusal(t, alice.list(ConfigMap))).code, 403);
  await client.delete(RoleBinding, { namespace: 'ns', name: 'b' });
  t.is((await refusal(t, alice.list(ConfigMap, { namespace: 'ns' }))).code, 403);
});

test('an aggregated ClusterRole has the rules of the roles it selects', async (t) => {
  const { client, alice } = await start(t);
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] };
  await client.create(ClusterRole, clusterRole('whole', [], { aggregationRule }));
  await client.create(RoleBinding, binding('b', 'ClusterRole', 'whole', 'alice'));
  t.is((await refusal(t, alice.list(ConfigMap, { namespace: 'ns' }))).code, 403);
  const part = clusterRole('part', [{ verbs: ['list'], apiGroups: [''], resources: ['configmaps'] }]);
  await client.create(ClusterRole, { ...part, metadata: { name: 'part', labels: { part: 'yes' } } });
  await t.notThrowsAsync(alice.list(ConfigMap, { namespace: 'ns' }));
});

test('view, edit and admin give what their names say', async (t) => {
  const { client } = await start(t);
  for (const name of ['view', 'edit', 'admin'])
    await client.create(RoleBinding, binding(name, 'ClusterRole', name, name));
  const may = async (user: string, verb: string, resource: string, group = '') => {
    const review = await client.request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      spec: { user, resourceAttributes: { namespace: 'ns', verb, resource, group } },
    });
    return (review as { status: { allowed: boolean } }).status.allowed;
  };
  t.true(await may('view', 'list', 'pods'));
  t.false(await may('view', 'get', 'secrets'));
  t.false(await may('view', 'create', 'configmaps'));
  t.true(await may('edit', 'create', 'deployments', 'apps'));
  t.true(await may('edit', 'get', 'secrets'));
  t.false(await may('edit', 'create', 'roles', RBAC.group));
  t.true(await may('admin', 'create', 'roles', RBAC.group));
  t.false(await may('admin', 'create', 'clusterroles', RBAC.group));
});

test('nobody grants by a role what they do not have', async (t) => {
  const { client, alice } = await start(t);
  await client.create(RoleBinding, binding('admin', 'ClusterRole', 'admin', 'alice'));
  const held = role('held', [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'] }]);
  await t.notThrowsAsync(alice.create(Role, held));
  const wanted = role('wanted', [{ verbs: ['get', 'list'], apiGroups: ['x.io'], resources: ['things'] }]);
  t.deepEqual(await refusal(t, alice.create(Role, wanted)), {
    code: 403,
    message:
      'roles.rbac.authorization.k8s.io "wanted" is forbidden: user "alice" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["x.io"], Resources:["things"], Verbs:["get" "list"]}',
  });
  const escalate = clusterRole('escalate', [{ verbs: ['escalate'], apiGroups: [RBAC.group], resources: ['roles'] }]);
  await client.create(ClusterRole, escalate);
  await client.create(RoleBinding, binding('escalate', 'ClusterRole', 'escalate', 'alice'));
  await t.notThrowsAsync(alice.create(Role, wanted));
});

test('nobody hands on by a binding what they do not have, unless they may bind that role', async (t) => {
  const { client, alice } = await start(t);
  await client.create(RoleBinding, binding('admin', 'ClusterRole', 'admin', 'alice'));
  const wanted = binding('b', 'ClusterRole', 'cluster-admin', 'alice');
  const { code, message } = await refusal(t, alice.create(RoleBinding, wanted));
  t.is(code, 403);
  t.regex(
    message,
    /is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\["\*"\], Resources:\["\*"\]/,
  );
  const bind = clusterRole('bind', [
    { verbs: ['bind'], apiGroups: [RBAC.group], resources: ['clusterroles'], resourceNames: ['cluster-admin'] },
  ]);
  await client.create(ClusterRole, bind);
  await client.create(RoleBinding, binding('bind', 'ClusterRole', 'bind', 'alice'));
  await t.notThrowsAsync(alice.create(RoleBinding, wanted));
});

test('a binding with a role that does not exist says so in the refusal', async (t) => {
  const { client, alice } = await start(t);
  await client.create(RoleBinding, binding('b', 'Role', 'gone', 'alice'));
  t.is(
    (await refusal(t, alice.list(ConfigMap, { namespace: 'ns' }))).message,
    'configmaps is forbidden: User "alice" cannot list resource "configmaps" in API group "" in the namespace "ns": RBAC: role.rbac.authorization.k8s.io "gone" not found',
  );
});

test('impersonation needs the permission for the user and for every group', async (t) => {
  const secret = 'proxy-token';
  const other = await start(t, { staticTokens: new Map([[secret, { name: 'proxy', groups: [] }]]) });
  await other.client.create(
    ClusterRole,
    clusterRole('imp', [{ verbs: ['impersonate'], apiGroups: [''], resources: ['users'] }]),
  );
  await other.client.create(ClusterRoleBinding, {
    ...binding('imp', 'ClusterRole', 'imp', 'proxy'),
    kind: 'ClusterRoleBinding',
    metadata: { name: 'imp' },
  });
  const authorization = `Bearer ${secret}`;
  const asBob = await bare(`${other.server.url}/api`, { authorization, 'impersonate-user': 'bob' });
  t.is(asBob.code, 200);
  const withGroup = await bare(`${other.server.url}/api`, {
    authorization,
    'impersonate-user': 'bob',
    'impersonate-group': 'system:masters',
  });
  t.is(withGroup.code, 403);
  t.is(
    JSON.parse(withGroup.body).message,
    'groups "system:masters" is forbidden: User "proxy" cannot impersonate resource "groups" in API group "" at the cluster scope',
  );
});

test('a token of a service account works until the account is gone', async (t) => {
  const { client, server } = await start(t);
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'ns' } };
  await client.create(ServiceAccount, account);
  const path = '/api/v1/namespaces/ns/serviceaccounts/robot/token';
  const issued = (await client.request('POST', path, { spec: { expirationSeconds: 600 } })) as {
    status: { token: string; expirationTimestamp: string };
  };
  const { token } = issued.status;
  const whoami = (await client.request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } })) as {
    status: { authenticated: boolean; user: { username: string; groups: string[] } };
  };
  t.true(whoami.status.authenticated);
  t.is(whoami.status.user.username, 'system:serviceaccount:ns:robot');
  t.deepEqual(whoami.status.user.groups, [
    'system:serviceaccounts',
    'system:serviceaccounts:ns',
    'system:authenticated',
  ]);
  const authorization = `Bearer ${token}`;
  t.is((await bare(`${server.url}/api`, { authorization })).code, 200);
  const changed = `${token.slice(0, -4)}AAAA`;
  t.is((await bare(`${server.url}/api`, { authorization: `Bearer ${changed}` })).code, 401);
  await client.delete(ServiceAccount, { namespace: 'ns', name: 'robot' });
  t.is((await bare(`${server.url}/api`, { authorization })).code, 401);
});

test('a token for another audience is not good here', async (t) => {
  const { client, server } = await start(t);
  await client.create(ServiceAccount, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'robot', namespace: 'ns' },
  });
  const path = '/api/v1/namespaces/ns/serviceaccounts/robot/token';
  const { status } = (await client.request('POST', path, { spec: { audiences: ['vault'] } })) as {
    status: { token: string };
  };
  t.is((await bare(`${server.url}/api`, { authorization: `Bearer ${status.token}` })).code, 401);
  const review = (await client.request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    spec: { token: status.token, audiences: ['vault', 'other'] },
  })) as { status: object };
  t.like(review.status, { authenticated: true, audiences: ['vault'] });
});

test('everybody may ask what they may do and who they are', async (t) => {
  const { client, alice } = await start(t);
  await client.create(RoleBinding, binding('view', 'ClusterRole', 'view', 'alice'));
  const ask = (verb: string) =>
    alice.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      spec: { resourceAttributes: { namespace: 'ns', verb, resource: 'pods' } },
    });
  t.like(await ask('list'), {
    status: {
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "view/ns" of ClusterRole "view" to User "alice"',
    },
  });
  t.like(await ask('delete'), { status: { allowed: false } });
  t.like(await alice.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}), {
    status: { userInfo: { username: 'alice', groups: ['system:authenticated'] } },
  });
  const rules = (await alice.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    spec: { namespace: 'ns' },
  })) as { status: { resourceRules: Rule[]; nonResourceRules: Rule[] } };
  t.true(rules.status.resourceRules.some(({ resources }) => resources?.includes('pods')));
  t.true(rules.status.nonResourceRules.some(({ nonResourceURLs }) => nonResourceURLs?.includes('/healthz')));
});

test('a review must ask exactly one question', async (t) => {
  const { client } = await start(t);
  const error = await refusal(
    t,
    client.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} }),
  );
  t.is(error.code, 422);
  t.regex(error.message, /exactly one of nonResourceAttributes or resourceAttributes must be specified/);
});
