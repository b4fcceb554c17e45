import { createPki } from '../../src/apiserver/pki.js';
import { until } from '../until.js';
import type { Cases, Place } from './fixture.js';
import { as, RBAC, RBAC_GROUP, whoAmI, wireOf } from './users.js';
import type { Answer } from './wire.js';

/** What the client of a kubeconfig logs in with. */
async function certificateOf({ server }: Place, name: string, groups: readonly string[]) {
  const config = JSON.parse(await server.kubeconfig({ name, groups })) as {
    readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
  };
  const text = (member: string) => Buffer.from(config.users[0]?.user[member] ?? '', 'base64').toString();
  return { certificate: text('client-certificate-data'), key: text('client-key-data') };
}

const tokenFor = ({ wire, namespace }: Place, spec: unknown = {}, metadata = {}): Promise<Answer> =>
  wire.call('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/bot/token`, {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec, metadata },
  });

const bot = ({ wire, namespace }: Place): Promise<Answer> =>
  wire.call('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { body: { metadata: { name: 'bot' } } });

async function reviewed({ wire }: Place, token: unknown, audiences?: readonly string[]): Promise<Answer> {
  const spec = { token, ...(audiences ? { audiences } : {}) };
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec };
  return wire.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body });
}

export const AUTHENTICATION_CASES: Cases = {
  'a client certificate names its user and groups': async (t, p) => {
    const wire = wireOf(p, { certificate: await certificateOf(p, 'carol', ['dev', 'ops']) });
    t.teardown(() => wire.close());
    const { userInfo } = (await whoAmI(wire)) as { userInfo: Readonly<Record<string, unknown>> };
    t.is(userInfo.username, 'carol');
    t.deepEqual(userInfo.groups, ['dev', 'ops', 'system:authenticated']);
    const ids = (userInfo.extra as Readonly<Record<string, readonly string[]>>)[
      'authentication.kubernetes.io/credential-id'
    ];
    t.regex(ids?.[0] ?? '', /^X509SHA256=[0-9a-f]{64}$/);
    const refused = await wire.call('GET', p.configMaps);
    t.is(refused.code, 403);
    t.true(refused.body.message.includes('User "carol" cannot list resource "configmaps"'));
  },

  'a client certificate counts before a token, whatever the token': async (t, p) => {
    const wire = wireOf(p, { certificate: await certificateOf(p, 'carol', []) });
    t.teardown(() => wire.close());
    for (const token of [p.server.token, 'none']) {
      const status = await whoAmI(wire, { headers: { authorization: `Bearer ${token}` } });
      t.is((status as { userInfo: { username: string } }).userInfo.username, 'carol');
    }
  },

  'who says nothing of himself may ask for little': async (t, p) => {
    const wire = wireOf(p);
    t.teardown(() => wire.close());
    for (const path of ['/version', '/healthz', '/livez', '/readyz']) t.is((await wire.call('GET', path)).code, 200);
    for (const path of ['/apis', '/nope', '/openapi/v3']) {
      const { code, body } = await wire.call('GET', path);
      t.is(code, 403);
      t.is(body.message, `forbidden: User "system:anonymous" cannot get path "${path}"`);
    }
    const { code, body } = await wire.call('GET', p.configMaps, { headers: { authorization: 'Basic eDp5' } });
    t.is(code, 403);
    t.true(body.message.includes('User "system:anonymous" cannot list resource "configmaps"'));
  },

  'the scheme of a token is written as one likes': async (t, p) => {
    const wire = wireOf(p);
    t.teardown(() => wire.close());
    for (const scheme of ['bearer', 'BEARER']) {
      const headers = { authorization: `${scheme} ${p.server.token}` };
      t.is((await wire.call('GET', p.configMaps, { headers })).code, 200);
    }
  },

  'an administrator acts as anybody, with any group, uid and extra value': async (t, p) => {
    const info = async (...call: Parameters<typeof as>) =>
      ((await whoAmI(p.wire, as(...call))) as { userInfo: unknown }).userInfo;
    t.deepEqual(await info('u'), { username: 'u', groups: ['system:authenticated'] });
    const more = { 'impersonate-uid': '7', 'impersonate-extra-scopes': 'a', 'impersonate-extra-acme%2Ecom%2Fx': '1' };
    t.deepEqual(await info('u', ['g'], more), {
      username: 'u',
      uid: '7',
      groups: ['g', 'system:authenticated'],
      extra: { scopes: ['a'], 'acme.com/x': ['1'] },
    });
    const account = `system:serviceaccount:${p.namespace}:bot`;
    const own = ['system:serviceaccounts', `system:serviceaccounts:${p.namespace}`];
    t.deepEqual(await info(account), { username: account, groups: [...own, 'system:authenticated'] });
    t.deepEqual(await info(account, ['g']), { username: account, groups: ['g', 'system:authenticated'] });
    t.deepEqual(await info('u', ['system:masters']), {
      username: 'u',
      groups: ['system:masters', 'system:authenticated'],
    });
  },

  'groups, a uid or extra values are of somebody': async (t, p) => {
    for (const header of ['impersonate-group', 'impersonate-uid', 'impersonate-extra-x']) {
      const { code, body } = await p.wire.call('GET', p.configMaps, { headers: { [header]: 'x' } });
      t.is(code, 400);
      t.regex(body.message, /without impersonating a user name$/);
    }
  },

  'a service account gets a token that says whose it is and for how long': async (t, p) => {
    const account = (await bot(p)).body;
    const { code, body } = await tokenFor(p, { expirationSeconds: 700 });
    t.is(code, 201);
    t.is(body.kind, 'TokenRequest');
    t.is(body.spec.expirationSeconds, 700);
    const [, payload = ''] = String(body.status?.token).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Readonly<Record<string, unknown>>;
    t.is(claims.sub, `system:serviceaccount:${p.namespace}:bot`);
    t.is(Number(claims.exp) - Number(claims.iat), 700);
    t.is(Date.parse(String(body.status?.expirationTimestamp)), Number(claims.exp) * 1000);
    t.deepEqual(claims.aud, body.spec.audiences);
    t.deepEqual(claims['kubernetes.io'], {
      namespace: p.namespace,
      serviceaccount: { name: 'bot', uid: account.metadata.uid },
    });
    const wire = wireOf(p, { token: String(body.status?.token) });
    t.teardown(() => wire.close());
    const { userInfo } = (await whoAmI(wire)) as { userInfo: Readonly<Record<string, unknown>> };
    t.is(userInfo.username, claims.sub);
    t.is(userInfo.uid, account.metadata.uid);
  },

  'a token for others is none for the server': async (t, p) => {
    await bot(p);
    const token = String((await tokenFor(p, { audiences: ['x', 'y'] })).body.status?.token);
    const wire = wireOf(p, { token });
    t.teardown(() => wire.close());
    t.is((await wire.call('GET', '/version')).code, 401);
    const shared = (await reviewed(p, token, ['y', 'z'])).body.status;
    t.is(shared?.authenticated, true);
    t.deepEqual(shared?.audiences, ['y']);
    const other = (await reviewed(p, token, ['z'])).body.status;
    t.is(other?.authenticated, undefined);
    t.is(other?.error, '[invalid bearer token, token audiences ["x" "y"] is invalid for the target audiences ["z"]]');
    t.deepEqual((await reviewed(p, 'none')).body.status, { user: {}, error: 'invalid bearer token' });
    const empty = await reviewed(p, '');
    t.is(empty.code, 400);
    t.is(empty.body.message, 'token is required for TokenReview in authentication');
  },

  'a token ends with the account and with what it is bound to': async (t, p) => {
    await bot(p);
    const at = `/api/v1/namespaces/${p.namespace}`;
    await p.wire.call('POST', `${at}/secrets`, { body: { metadata: { name: 's' } } });
    const free = wireOf(p, { token: String((await tokenFor(p)).body.status?.token) });
    const boundObjectRef = { kind: 'Secret', apiVersion: 'v1', name: 's' };
    const bound = wireOf(p, { token: String((await tokenFor(p, { boundObjectRef })).body.status?.token) });
    t.teardown(() => {
      free.close();
      bound.close();
    });
    for (const wire of [free, bound]) t.is((await wire.call('GET', '/version')).code, 200);
    await p.wire.call('DELETE', `${at}/secrets/s`);
    await until('the bound token is over', async () => (await bound.call('GET', '/version')).code === 401);
    t.is((await free.call('GET', '/version')).code, 200);
    await p.wire.call('DELETE', `${at}/serviceaccounts/bot`);
    await until('the other token too', async () => (await free.call('GET', '/version')).code === 401);
  },

  'a token that cannot be is refused with the reason': async (t, p) => {
    await bot(p);
    const refused = async (code: number, message: string, spec: unknown, metadata = {}) => {
      const answer = await tokenFor(p, spec, metadata);
      t.is(answer.code, code, answer.body.message);
      t.is(answer.body.message, message);
    };
    const on = 'TokenRequest.authentication.k8s.io';
    await refused(
      422,
      `${on} "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes`,
      { expirationSeconds: 60 },
    );
    await refused(
      422,
      `${on} "" is invalid: spec.expirationSeconds: Invalid value: 8589934592: may not specify a duration larger than 2^32 seconds`,
      { expirationSeconds: 2 ** 33 },
    );
    await refused(
      422,
      `${on} "bot" is invalid: metadata.name: Invalid value: "other": must match the service account name if specified`,
      {},
      { name: 'other' },
    );
    await refused(
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
      {},
      { namespace: 'other' },
    );
    const bound = (kind: string, name: string, uid?: string) => ({
      boundObjectRef: { kind, apiVersion: 'v1', name, uid },
    });
    await refused(400, 'cannot bind token to object of type /v1, Kind=ConfigMap', bound('ConfigMap', 'x'));
    await refused(404, 'secrets "x" not found', bound('Secret', 'x'));
    const at = `/api/v1/namespaces/${p.namespace}`;
    await p.wire.call('POST', `${at}/secrets`, { body: { metadata: { name: 's' } } });
    await refused(
      409,
      'Operation cannot be fulfilled on Secret "s": the UID in the bound object reference (other) does not match the UID in record. The object might have been deleted and then recreated',
      bound('Secret', 's', 'other'),
    );
    t.is((await p.wire.call('GET', `${at}/serviceaccounts/bot/token`)).code, 405);
  },

  'a certificate of another authority, or a token that was changed, is of nobody': async (t, p) => {
    const pki = await createPki();
    const strange = await pki.clientCertificate({ user: 'admin', groups: ['system:masters'] });
    await bot(p);
    const [head, payload = '', signature] = String((await tokenFor(p)).body.status?.token).split('.');
    const claims = Buffer.from(payload, 'base64url').toString().replace(':bot', ':bob');
    const forged = [head, Buffer.from(claims).toString('base64url'), signature].join('.');
    for (const wire of [wireOf(p, { certificate: strange }), wireOf(p, { token: forged })]) {
      t.teardown(() => wire.close());
      const { code, body } = await wire.call('GET', '/version');
      t.is(code, 401);
      t.is(body.message, 'Unauthorized');
    }
  },

  'who may act as some may not act as others': async (t, p) => {
    await bot(p);
    const name = `${p.namespace}-actor`;
    const only = (resource: string, names: readonly string[]) => ({
      apiGroups: [''],
      resources: [resource],
      resourceNames: names,
      verbs: ['impersonate'],
    });
    const rules = [only('users', ['alice']), only('groups', ['dev'])];
    await p.wire.call('POST', `${RBAC}/clusterroles`, { body: { metadata: { name }, rules } });
    const roleRef = { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name };
    const subjects = [{ kind: 'ServiceAccount', namespace: p.namespace, name: 'bot' }];
    await p.wire.call('POST', `${RBAC}/clusterrolebindings`, { body: { metadata: { name }, roleRef, subjects } });
    const wire = wireOf(p, { token: String((await tokenFor(p)).body.status?.token) });
    t.teardown(() => wire.close());
    const code = async (...call: Parameters<typeof as>) => (await wire.call('GET', '/version', as(...call))).code;
    await until('the rule counts', async () => (await code('alice')) === 200);
    t.is(await code('alice', ['dev']), 200);
    t.is(await code('alice', ['ops']), 403);
    t.is(await code('bob'), 403);
    t.is(await code('alice', [], { 'impersonate-uid': '7' }), 403);
    t.is(await code('alice', [], { 'impersonate-extra-scopes': 'all' }), 403);
    t.is(await code(`system:serviceaccount:${p.namespace}:bot`), 403);
  },
};
