import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { GitSource } from '../../src/api/gitsource.js';
import { keyOf } from '../../src/api/meta.js';
import { silentLogger } from '../../src/control/log.js';
import { createRate } from '../../src/gitsource/rate.js';
import { isMeant, webhookReceiver } from '../../src/gitsource/receiver.js';
import { isSignedBy, parsePush, signatureOf, webhookTokens } from '../../src/gitsource/webhook.js';

const source = (name: string, spec: object): GitSource =>
  GitSource.schema.parse({
    apiVersion: 'placet.dev/v1alpha1',
    kind: 'GitSource',
    metadata: { name, namespace: 'ns' },
    spec: { url: 'https://example.com/fleet.git', webhook: { secretRef: { name: 'hook' } }, ...spec },
  });

const start = async (
  t: ExecutionContext,
  sources: readonly GitSource[],
  tokens: Readonly<Record<string, string[]>> = {},
) => {
  const hits: (readonly [string, number])[] = [];
  let clock = 0;
  const app = webhookReceiver({
    sources: () => sources,
    secretsOf: async (one) => tokens[keyOf(one)] ?? ['token-of-all'],
    onHit: (key, afterMs) => hits.push([key, afterMs]),
    log: silentLogger,
    now: () => clock,
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/hooks/generic`;
  const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const answer = await fetch(url, { method: 'POST', body, headers });
    return answer.status;
  };
  const push = (body: object, { token = 'token-of-all', ...headers }: Record<string, string> = {}) => {
    const text = JSON.stringify(body);
    return post(text, { 'x-signature': signatureOf(Buffer.from(text), token), ...headers });
  };
  return { hits, post, push, port, advance: (ms: number) => (clock += ms) };
};

const PUSH = { url: 'https://example.com/fleet.git', ref: 'refs/heads/main' };

test('a signed push wakes the sources that follow that repository and ref, and no others', async (t) => {
  const { hits, push } = await start(t, [
    source('main', {}),
    source('other-branch', { ref: { branch: 'next' } }),
    source('other-repository', { url: 'https://example.com/fleet' }),
    source('no-webhook', { webhook: undefined }),
    source('tags', { ref: { semver: '1.x' } }),
  ]);
  t.is(await push(PUSH), 202);
  t.deepEqual(hits.splice(0), [['ns/main', 0]]);
  t.is(await push({ repository: { url: PUSH.url }, ref: 'refs/tags/v1.0.0' }), 202);
  t.deepEqual(hits.splice(0), [['ns/tags', 0]]);
  t.is(await push({ repository: PUSH.url }), 202);
  t.deepEqual(
    hits.splice(0).map(([key]) => key),
    ['ns/main', 'ns/other-branch', 'ns/tags'],
  );
});

test('a push wakes only sources whose own token signed it', async (t) => {
  const { hits, push } = await start(t, [source('a', {}), source('b', {})], {
    'ns/a': ['token-a'],
    'ns/b': ['token-b', 'token-a-old'],
  });
  t.is(await push(PUSH, { token: 'token-a' }), 202);
  t.is(await push(PUSH, { token: 'token-a-old' }), 202);
  t.deepEqual(hits, [
    ['ns/a', 0],
    ['ns/b', 0],
  ]);
});

test('what is not signed is refused before it is understood', async (t) => {
  const { hits, post, push } = await start(t, [source('a', {})]);
  t.is(await post(JSON.stringify(PUSH)), 401);
  t.is(await post(JSON.stringify(PUSH), { 'x-signature': 'sha256=' }), 401);
  t.is(await post(JSON.stringify(PUSH), { 'x-signature': 'sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709' }), 401);
  t.is(await push(PUSH, { token: 'wrong' }), 401);
  t.is(await post('{"__proto__":', { 'x-signature': signatureOf(Buffer.from('other'), 'token-of-all') }), 401);
  t.deepEqual(hits, []);
});

test('who keeps guessing signatures is slowed down, signed pushes still pass', async (t) => {
  const { hits, push } = await start(t, [source('a', {})]);
  const answers = new Set<number>();
  for (let i = 0; i < 60; i += 1) answers.add(await push(PUSH, { token: `guess-${i}` }));
  t.deepEqual([...answers].sort(), [401, 429]);
  t.is(await push(PUSH), 202);
  t.is(hits.length, 1);
});

test('a body over the limit is cut off while it streams', async (t) => {
  const { post, push } = await start(t, [source('a', {})]);
  const big = Buffer.alloc(2 * 1024 * 1024, 'x');
  const outcome = await post(big, { 'x-signature': signatureOf(big, 'token-of-all') }).catch(() => 'cut');
  t.true(outcome === 413 || outcome === 'cut');
  t.is(await push(PUSH), 202);
});

test('a signed body that says nothing is a bad request', async (t) => {
  const { hits, post } = await start(t, [source('a', {})]);
  for (const body of [
    '',
    '[]',
    'null',
    '{}',
    '{"url": 1}',
    '{"url":"https://example.com/fleet.git","ref":7}',
    '{',
    '\ufffd',
  ]) {
    t.is(await post(body, { 'x-signature': signatureOf(Buffer.from(body), 'token-of-all') }), 400, body);
  }
  t.deepEqual(hits, []);
});

test('a delivery is acted on once, however often it is sent', async (t) => {
  const { hits, push } = await start(t, [source('a', {})]);
  t.is(await push(PUSH, { 'x-delivery-id': 'one' }), 202);
  t.is(await push(PUSH, { 'x-delivery-id': 'one' }), 202);
  t.is(await push(PUSH, { 'x-delivery-id': 'two' }), 202);
  t.is(hits.length, 2);
});

test('a source pushed to too often looks later, but looks', async (t) => {
  const { hits, push, advance } = await start(t, [source('a', {})]);
  while ((hits.at(-1)?.[1] ?? 0) === 0 && hits.length < 200) await push(PUSH);
  t.true(hits.length > 1 && hits.length < 200);
  t.is(hits.filter(([, afterMs]) => afterMs > 0).length, 1);
  advance(60_000);
  await push(PUSH);
  t.is(hits.at(-1)?.[1], 0);
});

test('only POST /hooks/generic exists, and a broken request breaks nothing', async (t) => {
  const { port, push } = await start(t, [source('a', {})]);
  t.is((await fetch(`http://127.0.0.1:${port}/hooks/generic`)).status, 404);
  t.is((await fetch(`http://127.0.0.1:${port}/hooks/other`, { method: 'POST' })).status, 404);
  await new Promise<void>((resolve) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.end(
        `POST /hooks/generic HTTP/1.1\r\nHost: x\r\nX-Signature: sha256=${'a'.repeat(64)}\r\nContent-Length: 100\r\n\r\nhalf`,
      ),
    );
    socket.on('close', () => resolve()).on('error', () => resolve());
    socket.resume();
  });
  await new Promise<void>((resolve) => {
    const aborted = request({
      port,
      path: '/hooks/generic',
      method: 'POST',
      headers: { 'x-signature': `sha256=${'a'.repeat(64)}`, 'content-length': '100' },
    });
    aborted.on('error', () => resolve());
    aborted.flushHeaders();
    setImmediate(() => aborted.destroy(new Error('gone')));
  });
  t.is(await push(PUSH), 202);
});

test('URLs are compared as a whole after normalising', (t) => {
  const one = source('a', { url: 'https://example.com:443/fleet.git' });
  t.true(isMeant(one, { url: 'https://EXAMPLE.com/fleet.git' }));
  for (const url of [
    'https://example.com/fleet.git/',
    'https://example.com/fleet',
    'https://example.com/x/fleet.git',
    'https://example.com.evil/fleet.git',
    'ssh://git@example.com/fleet.git',
    'nonsense',
  ]) {
    t.false(isMeant(one, { url }), url);
  }
});

test('any payload is a push or nothing', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (body) => {
        const push = parsePush(body);
        return push === undefined || typeof push.url === 'string';
      },
    ),
  );
  t.pass();
});

test('a signature holds for its body and token only', (t) => {
  const body = Buffer.from('body');
  t.true(isSignedBy(body, signatureOf(body, 'b').toUpperCase().replace('SHA256', 'sha256'), ['a', 'b']));
  t.false(isSignedBy(body, signatureOf(body, 'c'), ['a', 'b']));
  t.false(isSignedBy(Buffer.from('bodz'), signatureOf(body, 'a'), ['a']));
  t.false(isSignedBy(body, signatureOf(body, ''), []));
});

test('a Secret gives its token and, during a rotation, the previous one; empty ones sign nothing', (t) => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  t.deepEqual(webhookTokens({ token: base64('new-token\n'), 'token.previous': base64('old-token') }), [
    'new-token',
    'old-token',
  ]);
  t.deepEqual(webhookTokens({ token: '' }), []);
  t.deepEqual(webhookTokens(undefined), []);
});

test('a token bucket lets a burst through and then one after another', (t) => {
  let clock = 0;
  const rate = createRate({ burst: 2, perSecond: 1, now: () => clock });
  t.deepEqual([rate.waitMs('a'), rate.waitMs('a'), rate.waitMs('a'), rate.waitMs('b')], [0, 0, 1000, 0]);
  clock = 1000;
  t.deepEqual([rate.waitMs('a'), rate.waitMs('a')], [0, 1000]);
});
