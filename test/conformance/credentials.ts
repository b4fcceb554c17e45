import { sign } from 'node:crypto';
import type { Cases, Place } from './fixture.js';
import { whoAmI, wireOf } from './users.js';

type Claims = Readonly<Record<string, unknown>>;

const decoded = (part = ''): Claims => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims; // of a JWT
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of a service account as the server would have issued it just now with other claims. */
async function tokenWith({ wire, namespace, server }: Place, claims: () => Claims): Promise<string> {
  const at = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await wire.call('POST', at, { body: { metadata: { name: 'bot' } } });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { body } = await wire.call('POST', `${at}/bot/token`, { body: request });
  const [head, payload] = String(body.status?.token).split('.');
  const signed = `${head}.${encoded({ ...decoded(payload), ...claims() })}`;
  const key = { key: server.pki.serviceAccountKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

const UNAUTHORIZED = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Unauthorized' };

/** What identifies a client, when it is worn out or not quite what it should be. */
export const CREDENTIAL_CASES: Cases = {
  'a client certificate that has expired is of nobody': async (t, p) => {
    const subject = { user: 'carol', groups: ['system:masters'] };
    const wires = await Promise.all(
      [-3_600_000, 3_600_000].map(async (lifetimeMs) =>
        wireOf(p, { certificate: await p.server.pki.clientCertificate(subject, lifetimeMs) }),
      ),
    );
    t.teardown(() => {
      for (const wire of wires) wire.close();
    });
    const [expired, valid] = await Promise.all(wires.map((wire) => wire.call('GET', p.configMaps)));
    t.is(valid?.code, 200);
    t.is(expired?.code, 401);
    t.deepEqual<unknown, unknown>(expired?.body, { ...UNAUTHORIZED, reason: 'Unauthorized', code: 401 });
  },

  'a token of a service account is good from its first to its last moment, for its issuer and its audience': async (
    t,
    p,
  ) => {
    const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
    const code = async (claims: () => Claims): Promise<number> => {
      const wire = wireOf(p, { token: await tokenWith(p, claims) });
      const answer = await wire.call('GET', '/version');
      wire.close();
      return answer.code;
    };
    t.is(await code(() => ({})), 200);
    t.is(await code(() => ({ exp: inSeconds(-300) })), 401, 'expired');
    t.is(await code(() => ({ exp: inSeconds(-2) })), 200, 'clocks differ');
    t.is(await code(() => ({ nbf: inSeconds(300) })), 401, 'not yet valid');
    t.is(await code(() => ({ nbf: inSeconds(20) })), 200, 'clocks differ');
    t.is(await code(() => ({ iss: 'https://other.example.com' })), 401, 'another issuer');
    t.is(await code(() => ({ aud: ['other'] })), 401, 'another audience');
  },

  'a review says why a token is none': async (t, p) => {
    const error = async (claims: () => Claims): Promise<unknown> => {
      const spec = { token: await tokenWith(p, claims) };
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec };
      const answer = await p.wire.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body });
      return answer.body.status?.error;
    };
    const now = Math.floor(Date.now() / 1000);
    t.is(await error(() => ({ exp: now - 300 })), '[invalid bearer token, service account token has expired]');
    t.is(await error(() => ({ nbf: now + 300 })), '[invalid bearer token, service account token is not valid yet]');
    t.is(await error(() => ({ iss: 'https://other.example.com' })), 'invalid bearer token');
  },

  'an Authorization header is a scheme and a token, and of other schemes nothing is known': async (t, p) => {
    const wire = wireOf(p);
    t.teardown(() => wire.close());
    const code = async (authorization: string): Promise<number> =>
      (await wire.call('GET', p.configMaps, { headers: { authorization } })).code;
    for (const header of ['Bearer', 'Bearer ', 'bearer', 'x', 'Token x', 'Basic abc', 'Negotiate x', 'Bearer\tx']) {
      t.is(await code(header), 403, `${header} says nothing`);
    }
    for (const header of ['Bearer a', 'Bearer a b', 'Bearer a.b.c', 'Bearer eyJhbGciOiJub25lIn0.e30.']) {
      t.is(await code(header), 401, `${header} is wrong`);
    }
    t.is(await code(`Bearer ${p.server.token} more`), 200);
    const spaced = await wire.call('GET', '/version', { headers: { authorization: `Bearer  ${p.server.token}` } });
    t.is(spaced.code, 200);
    const why = 'the provided Authorization header contains extra space before the bearer token, and is ignored';
    t.is(spaced.headers.warning, `299 - "${why}"`);
    const { userInfo } = (await whoAmI(p.wire)) as { userInfo: { groups: readonly string[] } };
    t.true(userInfo.groups.includes('system:masters'));
  },

  'who says nothing of himself sees the health and the version of the server, and not where its API is': async (
    t,
    p,
  ) => {
    const wire = wireOf(p);
    t.teardown(() => wire.close());
    const code = async (path: string, method = 'GET') => (await wire.call(method, path)).code;
    for (const path of ['/healthz', '/livez', '/readyz', '/readyz?verbose', '/version', '/version/']) {
      t.is(await code(path), 200, path);
    }
    for (const path of ['/', '/api', '/api/v1', '/apis/apps/v1', '/readyz/ping', '/healthz/', '/metrics', '/nope']) {
      t.is(await code(path), 403, path);
    }
    t.is(await code('/version', 'POST'), 403);
    const { code: odd, body } = await wire.call('OPTIONS', p.configMaps);
    t.is(odd, 403);
    const what = `resource "configmaps" in API group "" in the namespace "${p.namespace}"`;
    t.is(body.message, `configmaps is forbidden: User "system:anonymous" cannot  ${what}`);
  },
};
