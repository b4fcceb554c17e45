import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import test from 'ava';
import { load } from 'js-yaml';
import type { Unstructured } from '../../src/api/meta.js';
import { ApiError } from '../../src/kube/client.js';
import { connect } from '../../src/kube/connect.js';
import { answer, hangUp, kubeconfigFor, scriptedServer } from './scripted-server.js';

const ConfigMap = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true } as const;
const Work = { group: 'work.x.io', version: 'v1', kind: 'Work', plural: 'works', namespaced: true } as const;

const map = (name: string, rest: object = {}): Unstructured => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'ns', name },
  ...rest,
});

const refusal = (code: number, reason: string, message = reason) => ({ kind: 'Status', code, reason, message });

test('fields nobody declared survive both directions', async (t) => {
  const server = await scriptedServer(t, (_, response, body) => response.end(body));
  const client = await server.client();
  const object = map('a', { futureField: { deep: [1, { x: null }] } });
  t.deepEqual(await client.create(ConfigMap, object), object);
  t.deepEqual(await client.update(ConfigMap, object), object);
  t.deepEqual(await client.apply(ConfigMap, object, { fieldManager: 'me', force: true }), object);
  t.deepEqual(server.requests, [
    'POST /api/v1/namespaces/ns/configmaps',
    'PUT /api/v1/namespaces/ns/configmaps/a',
    'PATCH /api/v1/namespaces/ns/configmaps/a?force=true&fieldManager=me',
  ]);
  t.is(server.headers[2]?.['content-type'], 'application/apply-patch+yaml');
});

test('every patch type has its content type, subresource and options are in the path', async (t) => {
  const server = await scriptedServer(t, answer(200, {}));
  const client = await server.client();
  for (const type of ['json', 'merge', 'strategic'] as const) {
    await client.patch(
      Work,
      { namespace: 'ns', name: 'w' },
      { type, body: {} },
      { subresource: 'status', dryRun: true },
    );
  }
  t.is(server.requests[0], 'PATCH /apis/work.x.io/v1/namespaces/ns/works/w/status?dryRun=All');
  t.deepEqual(
    server.headers.map((headers) => headers['content-type']),
    ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'],
  );
});

test('a list joins its pages and gives each item its kind', async (t) => {
  const server = await scriptedServer(
    t,
    answer(200, { metadata: { resourceVersion: '7', continue: 'next' }, items: [{ metadata: { name: 'a' } }] }),
    answer(200, { metadata: { resourceVersion: '7' }, items: [{ metadata: { name: 'b' } }] }),
  );
  const { items, resourceVersion } = await (await server.client()).list(ConfigMap, { labelSelector: 'a in (b,c)' });
  t.deepEqual(
    items.map(({ apiVersion, kind, metadata: { name } }) => `${apiVersion} ${kind} ${name}`),
    ['v1 ConfigMap a', 'v1 ConfigMap b'],
  );
  t.is(resourceVersion, '7');
  t.is(server.requests[1], 'GET /api/v1/configmaps?labelSelector=a+in+%28b%2Cc%29&limit=500&continue=next');
});

test('a list that expires between pages starts again', async (t) => {
  const page = answer(200, {
    metadata: { resourceVersion: '7', continue: 'next' },
    items: [{ metadata: { name: 'a' } }],
  });
  const expired = answer(410, refusal(410, 'Expired'));
  const whole = answer(200, { metadata: { resourceVersion: '9' }, items: [{ metadata: { name: 'z' } }] });
  const server = await scriptedServer(t, page, expired, page, expired, whole);
  const { items, resourceVersion } = await (await server.client()).list(ConfigMap);
  t.deepEqual([items.map(({ metadata }) => metadata.name), resourceVersion], [['z'], '9']);
  t.is(server.requests[4], 'GET /api/v1/configmaps', 'the last try asks for everything at once');
});

test('a body that is no list is an error, not an empty list', async (t) => {
  const server = await scriptedServer(t, answer(200, {}));
  await t.throwsAsync((await server.client()).list(ConfigMap), { message: /not a list/ });
});

test('refusals become ApiError with the Status of the server', async (t) => {
  const server = await scriptedServer(
    t,
    answer(409, refusal(409, 'Conflict', 'edited by another')),
    answer(502, '<html>bad gateway</html>'),
  );
  const client = await server.client();
  const conflict = await t.throwsAsync(client.update(ConfigMap, map('a')), { instanceOf: ApiError });
  t.deepEqual([conflict?.code, conflict?.reason, conflict?.message], [409, 'Conflict', 'edited by another']);
  const gateway = await t.throwsAsync(client.update(ConfigMap, map('a')), { instanceOf: ApiError });
  t.deepEqual(
    [gateway?.code, gateway?.message],
    [502, 'PUT /api/v1/namespaces/ns/configmaps/a: HTTP 502 <html>bad gateway</html>'],
  );
});

test('get of an absent object is undefined and delete of one succeeds', async (t) => {
  const client = await (await scriptedServer(t, answer(404, refusal(404, 'NotFound')))).client();
  t.is(await client.get(ConfigMap, { namespace: 'ns', name: 'a' }), undefined);
  await t.notThrowsAsync(client.delete(ConfigMap, { namespace: 'ns', name: 'a' }, { uid: 'u' }));
});

test('a 404 of a proxy says nothing about an object', async (t) => {
  const client = await (await scriptedServer(t, answer(404, '<html>no such page</html>'))).client();
  await t.throwsAsync(client.get(ConfigMap, { namespace: 'ns', name: 'a' }), { message: /HTTP 404 <html>/ });
  await t.throwsAsync(client.delete(ConfigMap, { namespace: 'ns', name: 'a' }), { message: /HTTP 404 <html>/ });
});

test('a namespaced object without namespace is refused before anything is sent', async (t) => {
  const server = await scriptedServer(t, answer(200, {}));
  const client = await server.client();
  await t.throwsAsync(client.get(ConfigMap, { name: 'a' }), { message: 'ConfigMap a: the namespace is missing' });
  await t.throwsAsync(client.delete(ConfigMap, { namespace: 'ns', name: '' }), {
    message: 'ConfigMap: the name is empty',
  });
  t.deepEqual(server.requests, []);
});

test('a write is repeated when the server says when to come back, and only then', async (t) => {
  const server = await scriptedServer(
    t,
    answer(429, refusal(429, 'TooManyRequests'), { 'retry-after': '0' }),
    answer(503, refusal(503, 'ServiceUnavailable'), { 'retry-after': '0' }),
    answer(201, map('a')),
    answer(503, refusal(503, 'ServiceUnavailable')),
  );
  const client = await server.client();
  await client.create(ConfigMap, map('a'));
  t.is(server.requests.length, 3);
  await t.throwsAsync(client.create(ConfigMap, map('a')), { instanceOf: ApiError });
  t.is(server.requests.length, 4);
});

test('a read whose connection breaks is repeated, a create is not', async (t) => {
  const server = await scriptedServer(t, hangUp, answer(200, map('a')), hangUp);
  const client = await server.client();
  t.is((await client.get(ConfigMap, { namespace: 'ns', name: 'a' }))?.metadata.name, 'a');
  await t.throwsAsync(client.create(ConfigMap, map('a')), {
    name: 'TransientError',
    message: /^POST http.*configmaps: /,
  });
  t.is(server.requests.length, 3);
});

test('who may write no more sends no write, not even again, and reads on', async (t) => {
  let mayWrite = true;
  const busy = answer(429, refusal(429, 'TooManyRequests'), { 'retry-after': '0' });
  const server = await scriptedServer(
    t,
    (...exchange) => {
      mayWrite = false;
      busy(...exchange);
    },
    answer(200, map('a')),
  );
  const kubeconfig = await kubeconfigFor(server.url, {});
  const client = await connect({ kubeconfig, userAgent: 'test', mayWrite: () => mayWrite });
  t.teardown(() => client.close());
  const refused = { name: 'TransientError', message: /not sent, another one may lead by now$/ };
  await t.throwsAsync(client.create(ConfigMap, map('a')), refused);
  t.is(server.requests.length, 1);
  await t.throwsAsync(client.delete(ConfigMap, { namespace: 'ns', name: 'a' }), refused);
  t.is((await client.get(ConfigMap, { namespace: 'ns', name: 'a' }))?.metadata.name, 'a');
  t.is(server.requests.length, 2);
});

test('a call nobody answers is given up, and so is a connection nobody takes', async (t) => {
  const server = await scriptedServer(t, () => undefined);
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  t.teardown(() => listener.close());
  const silent = `https://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  for (const [url, message] of [
    [server.url, /^POST http.*configmaps: Headers Timeout Error$/],
    [silent, /^POST https.*configmaps: Connect Timeout Error/],
  ] as const) {
    const client = await connect({ kubeconfig: await kubeconfigFor(url, {}), userAgent: 'test', callTimeoutMs: 100 });
    t.teardown(() => client.close());
    await t.throwsAsync(client.create(ConfigMap, map('a')), { name: 'TransientError', message });
  }
  t.is(server.requests.length, 1);
});

test('a server that is not there is tried again, then named in the error', async (t) => {
  const client = await connect({ kubeconfig: await kubeconfigFor('http://127.0.0.1:1', {}), userAgent: 'test' });
  t.teardown(() => client.close());
  await t.throwsAsync(client.request('GET', '/version'), {
    message: /^GET http:\/\/127.0.0.1:1\/version: .*ECONNREFUSED/,
  });
});

test('a cut off answer and one that is not JSON are transient errors', async (t) => {
  const server = await scriptedServer(
    t,
    (request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"a":', () => request.socket.destroy());
    },
    answer(200, '{"a":'),
  );
  const client = await server.client();
  await t.throwsAsync(client.request('POST', '/x', {}), { name: 'TransientError', message: /cut off/ });
  await t.throwsAsync(client.request('POST', '/x', {}), { name: 'TransientError', message: /not JSON/ });
});

test('an aborted call rejects with the reason of the signal', async (t) => {
  const abort = new AbortController();
  const server = await scriptedServer(t, () => abort.abort(new Error('shutting down')));
  const client = await server.client();
  await t.throwsAsync(client.request('GET', '/version', undefined, abort.signal), { message: 'shutting down' });
});

test('connections are kept and shared', async (t) => {
  const server = await scriptedServer(t, answer(200, {}));
  const client = await server.client();
  for (let i = 0; i < 20; i += 1) await client.request('GET', '/version');
  t.true(server.connections <= 2, `${server.connections} connections`);
});

test('more watches than pooled connections do not hold up calls', async (t) => {
  const abort = new AbortController();
  const server = await scriptedServer(t, (request, response) => {
    if (!request.url?.includes('watch=true')) return void response.end('{}');
    response.writeHead(200);
    response.write('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1"}}}\n');
  });
  const client = await server.client();
  const watches = Array.from({ length: 80 }, () =>
    client.watch(ConfigMap, { signal: abort.signal })[Symbol.asyncIterator](),
  );
  await Promise.all(watches.map((watch) => watch.next()));
  t.deepEqual(await client.request('GET', '/version'), {});
  abort.abort();
  t.deepEqual(
    new Set((await Promise.all(watches.map((watch) => watch.next()))).map(({ done }) => done)),
    new Set([true]),
  );
});

test('impersonation sends the user and every group, and leaves the original client alone', async (t) => {
  const server = await scriptedServer(t, answer(200, {}));
  const client = await server.client();
  await client.impersonate('alice', ['dev', 'ops']).request('GET', '/version');
  await client.request('GET', '/version');
  t.is(server.headers[0]?.['impersonate-user'], 'alice');
  t.is(server.headers[0]?.['impersonate-group'], 'dev, ops');
  t.is(server.headers[1]?.['impersonate-user'], undefined);
  t.is(server.headers[1]?.authorization, 'Bearer scripted-token');
  t.is(server.headers[1]?.['user-agent'], 'test');
});

test('a token file that was rotated is read again as soon as the old token is refused', async (t) => {
  const server = await scriptedServer(
    t,
    answer(200, {}),
    answer(401, refusal(401, 'Unauthorized')),
    answer(200, {}),
    answer(401, refusal(401, 'Unauthorized')),
  );
  const tokenFile = `${await kubeconfigFor(server.url, {})}.token`;
  await writeFile(tokenFile, 'first-token\n');
  const client = await server.client({}, { tokenFile });
  await client.request('GET', '/version');
  await writeFile(tokenFile, 'second-token\n');
  await client.request('GET', '/version');
  t.deepEqual(
    server.headers.map(({ authorization }) => authorization),
    ['Bearer first-token', 'Bearer first-token', 'Bearer second-token'],
  );
  await t.throwsAsync(client.request('GET', '/version'), { instanceOf: ApiError });
  t.is(server.requests.length, 5, 'a token that stays refused is tried once more, not for ever');
});

test('an exec plugin provides the token and is told about the server', async (t) => {
  const server = await scriptedServer(t, answer(200, {}));
  const script = `const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
    console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: 'exec:' + info.spec.cluster.server } }));`;
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script] };
  const client = await server.client({}, { exec });
  await client.request('GET', '/version');
  t.is(server.headers[0]?.authorization, `Bearer exec:${server.url}`);
});

for (const [parser, options] of [
  ['client-node', {}],
  ['a parser that was given', { parseYaml: async (text: string): Promise<unknown> => load(text) }],
] as const) {
  test(`a kubeconfig may be YAML, with relative files, read by ${parser}`, async (t) => {
    const server = await scriptedServer(t, answer(200, {}));
    const path = await kubeconfigFor(server.url, {});
    await writeFile(`${path}.token`, 'from-file');
    await writeFile(
      path,
      `apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts:\n- name: c\n  context: {cluster: s, user: u}\n` +
        `clusters:\n- name: s\n  cluster:\n    server: ${server.url}/\nusers:\n- name: u\n  user:\n    tokenFile: ./kubeconfig.token\n`,
    );
    const client = await connect({ kubeconfig: path, userAgent: 'test', ...options });
    t.teardown(() => client.close());
    await client.request('GET', '/version');
    t.is(server.headers[0]?.authorization, 'Bearer from-file');
  });
}

const refusesKubeconfig = test.macro(async (t, content: string, message: RegExp) => {
  const path = await kubeconfigFor('http://unused', {});
  await writeFile(path, content);
  await t.throwsAsync(connect({ kubeconfig: path, userAgent: 'test' }), { name: 'TerminalError', message });
});
test('a kubeconfig without context says so', refusesKubeconfig, '{}', /kubeconfig \/.*: current-context is not set/);
test('a kubeconfig that is broken says so', refusesKubeconfig, '{"', /kubeconfig \/.*: .*JSON/);
test(
  'a kubeconfig whose context is missing says which',
  refusesKubeconfig,
  '{"current-context":"x"}',
  /contexts holds no entry named x/,
);
