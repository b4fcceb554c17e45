import { until } from '../until.js';
import { type Cases, MERGE, type Place } from './fixture.js';
import { as, bind, grant, RBAC, RBAC_GROUP, review, role } from './users.js';

const asked =
  (p: Place, user: string) =>
  async (verb: string, resource: string, more: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const resourceAttributes = { namespace: p.namespace, verb, resource, ...more };
    return (await review(p, 'SubjectAccessReview', { user, resourceAttributes })).body.status?.allowed;
  };

const clusterRole = ({ wire }: Place, body: unknown) => wire.call('POST', `${RBAC}/clusterroles`, { body });

/** Somebody who makes roles and bindings and may read Secrets. */
async function admin(p: Place): Promise<ReturnType<typeof as>> {
  await grant(p, 'admin', [
    { apiGroups: [RBAC_GROUP], resources: ['*'], verbs: ['*'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
  ]);
  return as('admin', ['devs']);
}

// `*` would hold `escalate` and `bind`, too.
const MAKER = {
  apiGroups: [RBAC_GROUP],
  resources: ['*'],
  verbs: ['get', 'list', 'create', 'update', 'patch', 'delete'],
};

async function maker(p: Place): Promise<ReturnType<typeof as>> {
  await grant(p, 'maker', [MAKER, { apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]);
  return as('maker', ['devs']);
}

const ATTEMPT =
  'user "maker" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:';

export const RIGHTS_CASES: Cases = {
  'a rule may be of some names, of subresources, of every resource': async (t, p) => {
    await grant(p, 'u', [
      { apiGroups: [''], resources: ['pods/log', '*/status'], verbs: ['get'] },
      { apiGroups: ['apps'], resources: ['*'], verbs: ['list'] },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'], verbs: ['get', 'list', 'create'] },
    ]);
    const may = asked(p, 'u');
    t.true(await may('get', 'configmaps', { name: 'a' }));
    t.false(await may('get', 'configmaps', { name: 'b' }));
    t.false(await may('list', 'configmaps'));
    t.false(await may('get', 'configmaps', { name: 'a', namespace: 'default' }));
    t.true(await may('get', 'pods', { subresource: 'log' }));
    t.false(await may('get', 'pods'));
    t.true(await may('get', 'services', { subresource: 'status' }));
    t.true(await may('list', 'deployments', { group: 'apps' }));
    t.true(await may('list', 'deployments', { group: 'apps', subresource: 'scale' }));
    t.false(await may('*', 'deployments', { group: 'apps' }));
    // A list of one name is a question about that name.
    const list = async (selector: string) =>
      (await p.wire.call('GET', `${p.configMaps}?fieldSelector=${encodeURIComponent(selector)}`, as('u'))).code;
    t.is(await list('metadata.name=a'), 200);
    t.is(await list('metadata.name=b'), 403);
    t.is(await list('metadata.name!=b'), 403);
    t.is(await list(`metadata.namespace=${p.namespace},metadata.name==a`), 200);
    t.is(await list('metadata.name=a,metadata.name=b'), 200);
    // In the order of the alphabet.
    t.is(await list('metadata.name=b,metadata.name=a'), 200);
    t.is(await list('metadata.name=b,metadata.name=c'), 403);
    t.is(await list('metadata.name=a='), 403);
    const body = { metadata: { name: 'a' } };
    t.is((await p.wire.call('POST', p.configMaps, { body, ...as('u') })).code, 403);
  },

  'a cluster role counts where it is bound, and paths only in the whole cluster': async (t, p) => {
    const name = `${p.namespace}-reader`;
    await clusterRole(p, {
      metadata: { name },
      rules: [
        { apiGroups: [''], resources: ['configmaps', 'nodes'], verbs: ['list'] },
        { nonResourceURLs: ['/example', '/tree/*'], verbs: ['get'] },
      ],
    });
    await bind(p, 'here', ['ClusterRole', name], 'local');
    const roleRef = { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name };
    const subjects = [{ kind: 'Group', apiGroup: RBAC_GROUP, name }];
    await p.wire.call('POST', `${RBAC}/clusterrolebindings`, { body: { metadata: { name }, roleRef, subjects } });
    const everywhere = as('global', [name]);
    await until('the binding counts', async () => (await p.wire.call('GET', '/api/v1/nodes', everywhere)).code === 200);
    await until('the other too', async () => (await p.wire.call('GET', p.configMaps, as('local'))).code === 200);
    t.is((await p.wire.call('GET', '/api/v1/nodes', as('local'))).code, 403);
    t.is((await p.wire.call('GET', '/api/v1/configmaps', as('local'))).code, 403);
    for (const path of ['/example', '/tree/x/y']) {
      t.is((await p.wire.call('GET', path, everywhere)).code, 404, path);
      t.is((await p.wire.call('GET', path, as('local'))).code, 403, path);
    }
    for (const path of ['/example/x', '/tree']) t.is((await p.wire.call('GET', path, everywhere)).code, 403, path);
  },

  'an aggregating role has the rules of those it selects': async (t, p) => {
    const [whole, part] = [`${p.namespace}-whole`, `${p.namespace}-part`];
    const matchLabels = { [`${p.namespace}/part`]: 'yes' };
    await clusterRole(p, {
      metadata: { name: whole },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels }] },
      rules: [{ apiGroups: ['none.example.com'], resources: ['*'], verbs: ['*'] }],
    });
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }];
    await clusterRole(p, { metadata: { name: part, labels: matchLabels }, rules });
    await bind(p, 'whole', ['ClusterRole', whole], 'u');
    await until('the rules are written', async () => {
      const { body } = await p.wire.call('GET', `${RBAC}/clusterroles/${whole}`);
      const written = (body as unknown as { rules: unknown }).rules;
      return JSON.stringify(written).includes('configmaps') && !JSON.stringify(written).includes('none.example.com');
    });
    await until('and count', async () => (await p.wire.call('GET', p.configMaps, as('u'))).code === 200);
    await p.wire.call('DELETE', `${RBAC}/clusterroles/${part}`);
    await until('until they go', async () => (await p.wire.call('GET', p.configMaps, as('u'))).code === 403);
    t.is((await p.wire.call('GET', `${p.configMaps}/a`, as('u'))).code, 403);
  },

  'a binding to a role that is not there gives nothing, and says so': async (t, p) => {
    await bind(p, 'dangling', ['Role', 'none'], 'u');
    await until('the binding is known', async () => {
      const { body } = await p.wire.call('GET', p.configMaps, as('u'));
      return body.message.endsWith(': RBAC: role.rbac.authorization.k8s.io "none" not found');
    });
    const { body } = await review(p, 'SelfSubjectRulesReview', { namespace: p.namespace }, as('u'));
    t.false(body.status?.incomplete);
    t.is(body.status?.evaluationError, 'role.rbac.authorization.k8s.io "none" not found');
  },

  'what one does not have one puts into no role': async (t, p) => {
    const call = await maker(p);
    t.is((await role(p, 'held', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }], call)).code, 201);
    const more = [
      { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['*'] },
    ];
    const created = await role(p, 'more', more, call);
    t.is(created.code, 403);
    const missing = [
      '{APIGroups:[""], Resources:["pods"], Verbs:["*"]}',
      '{APIGroups:[""], Resources:["secrets"], Verbs:["list"]}',
    ];
    t.is(created.body.message, `roles.${RBAC_GROUP} "more" is forbidden: ${ATTEMPT}\n${missing.join('\n')}`);
    const at = `${RBAC}/namespaces/${p.namespace}/roles`;
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
    t.is((await p.wire.call('PATCH', `${at}/held`, { body: { rules }, type: MERGE, ...call })).code, 403);
    await role(p, 'others', rules);
    const labelled = { body: { metadata: { labels: { x: 'y' } } }, type: MERGE, ...call };
    t.is((await p.wire.call('PATCH', `${at}/others`, labelled)).code, 403);
    const freed = { body: { metadata: { finalizers: ['example.com/hold'] } }, type: MERGE, ...call };
    t.is((await p.wire.call('PATCH', `${at}/others`, freed)).code, 200);
  },

  'what one does not have one binds nobody to': async (t, p) => {
    const call = await maker(p);
    await role(p, 'held', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]);
    t.is((await bind(p, 'held', ['Role', 'held'], 'x', call)).code, 201);
    const { code, body } = await bind(p, 'more', ['ClusterRole', 'view'], 'x', call);
    t.is(code, 403);
    t.true(body.message.startsWith(`rolebindings.${RBAC_GROUP} "more" is forbidden: ${ATTEMPT}\n{APIGroups:`));
    const absent = await bind(p, 'absent', ['Role', 'none'], 'x', call);
    t.is(absent.code, 404);
    t.is(absent.body.message, `rolebindings.${RBAC_GROUP} "none" not found`);
  },

  'roles without rules, and endpoints without members, say so': async (t, p) => {
    const roles = `${RBAC}/namespaces/${p.namespace}/roles`;
    const slices = `/apis/discovery.k8s.io/v1/namespaces/${p.namespace}/endpointslices`;
    const told = async (method: string, at: string, body?: unknown, type = 'application/json') => {
      const { text } = await p.wire.call(method, at, body === undefined ? {} : { body, type });
      const { rules, endpoints, ports } = JSON.parse(text) as Readonly<Record<string, unknown>>;
      return JSON.stringify({ rules, endpoints, ports });
    };
    t.is(await told('POST', roles, { metadata: { name: 'a' } }), '{"rules":null}');
    t.is(await told('POST', roles, { metadata: { name: 'b' }, rules: [] }), '{"rules":null}');
    t.is(await told('POST', `${roles}?dryRun=All`, { metadata: { name: 'c' }, rules: null }), '{"rules":null}');
    t.is(await told('GET', `${roles}/a`), '{"rules":null}');
    t.regex((await p.wire.call('GET', roles)).text, /"rules":null/);
    const { body } = await p.wire.call('GET', `${roles}/b`);
    t.deepEqual(body.metadata.managedFields[0]?.fieldsV1, { 'f:rules': {} });
    const same = await p.wire.call('PUT', `${roles}/b`, { body });
    t.is(same.body.metadata.resourceVersion, body.metadata.resourceVersion);
    const slice = { metadata: { name: 'a' }, addressType: 'IPv4' };
    t.is(await told('POST', slices, slice), '{"endpoints":null,"ports":null}');
  },

  'the verbs bind and escalate lift that': async (t, p) => {
    const call = await maker(p);
    await role(p, 'plus', [
      { apiGroups: [RBAC_GROUP], resources: ['clusterroles'], resourceNames: ['view'], verbs: ['bind'] },
      { apiGroups: [RBAC_GROUP], resources: ['roles'], verbs: ['escalate'] },
    ]);
    await bind(p, 'plus', ['Role', 'plus'], 'maker');
    await until(
      'maker may bind',
      async () => (await bind(p, 'viewer', ['ClusterRole', 'view'], 'x', call)).code === 201,
    );
    t.is((await bind(p, 'editor', ['ClusterRole', 'edit'], 'x', call)).code, 403);
    const all = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
    t.is((await role(p, 'all', all, call)).code, 201);
    t.is((await bind(p, 'all', ['Role', 'all'], 'x', call)).code, 403);
  },

  'every verb is also those that lift it': async (t, p) => {
    const call = await admin(p);
    t.is((await role(p, 'all', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }], call)).code, 201);
    t.is((await bind(p, 'all', ['Role', 'all'], 'x', call)).code, 201);
  },
};
