import { request as httpRequest } from 'node:http';
import { connect as tcpConnect } from 'node:net';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { Secret } from '../../src/api/core.js';
import type { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { listen } from '../../src/cli/listener.js';
import { silentLogger } from '../../src/control/log.js';
import type { Reader } from '../../src/generator/answers.js';
import type { Token } from '../../src/generator/bearer.js';
import { generatorApp, PATH } from '../../src/generator/server.js';

class Shelf<T> implements Reader<T> {
  items: readonly T[] = [];
  synced = true;
  reads = 0;
  #version = 0;

  get resourceVersion(): string {
    return String(this.#version);
  }

  put(items: readonly T[]): void {
    this.items = items;
    this.#version += 1;
  }

  list(): readonly T[] {
    this.reads += 1;
    return this.items;
  }
}

const decision = (...clusters: string[]): PlacementDecision =>
  PlacementDecision.schema.parse({
    apiVersion: 'cluster.open-cluster-management.io/v1beta1',
    kind: 'PlacementDecision',
    metadata: {
      namespace: 'argocd',
      name: 'web-decision-1',
      labels: { 'cluster.open-cluster-management.io/placement': 'web' },
    },
    status: { decisions: clusters.map((clusterName) => ({ clusterName, reason: '' })) },
  });

const secret = (name: string): Secret =>
  Secret.schema.parse({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'argocd', name, labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
    data: { name: Buffer.from(name).toString('base64'), server: Buffer.from(`https://${name}`).toString('base64') },
  });

const TOKENS: readonly Token[] = [
  { value: 'right-token' },
  { value: 'previous-token' },
  { value: 'team-token', namespaces: ['team'] },
];

const start = async (t: ExecutionContext) => {
  const readers = {
    placements: new Shelf<Placement>(),
    decisions: new Shelf<PlacementDecision>(),
    secrets: new Shelf<Secret>(),
  };
  readers.secrets.put(['a', 'b', 'c', 'd'].map(secret));
  readers.decisions.put([decision('a', 'b')]);
  const options = { readers, tokens: () => TOKENS, argoNamespace: 'argocd', now: () => new Date(0), log: silentLogger };
  const generator = await listen(generatorApp(options), { host: '127.0.0.1', port: 0 });
  t.teardown(() => generator.close());
  const ask = (body: unknown, headers: Record<string, string> = {}, method = 'POST') =>
    fetch(`${generator.url}${PATH}`, {
      method,
      headers: { authorization: 'Bearer right-token', 'content-type': 'application/json', ...headers },
      ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
    });
  const web = (more: object = {}) =>
    ask({ applicationSetName: 'x', input: { parameters: { placement: 'web', ...more } } });
  return { generator, readers, ask, web };
};

const clustersOf = async (response: Response): Promise<string> => {
  const body = (await response.json()) as { output: { parameters: { name: string }[] } };
  return body.output.parameters.map(({ name }) => name).join();
};

test('answers with Content-Length and without a validator', async (t) => {
  const { web } = await start(t);
  const response = await web();
  t.is(response.status, 200);
  t.is(Number(response.headers.get('content-length')), (await response.clone().text()).length);
  t.is(response.headers.get('etag'), null);
  t.deepEqual(await response.json(), {
    output: {
      parameters: ['a', 'b'].map((name) => ({ name, server: `https://${name}`, clusterName: name, reason: '' })),
    },
  });
});

test('tells clients to keep idle connections longer than Argo CD does', async (t) => {
  const { web } = await start(t);
  t.regex((await web()).headers.get('keep-alive') ?? '', /timeout=1[0-9]{2}/);
});

const refuses = test.macro<
  [body: unknown, headers: Record<string, string>, status: number, message: RegExp, method?: string]
>(async (t, body, headers, status, message, method = 'POST') => {
  const { ask } = await start(t);
  const response = await ask(body, headers, method);
  t.is(response.status, status);
  const text = await response.text();
  t.is(Number(response.headers.get('content-length')), Buffer.byteLength(text));
  t.deepEqual(Object.keys(JSON.parse(text)), ['message']);
  t.regex(JSON.parse(text).message, message);
  t.notRegex(text, /right-token|wrong-token/);
});
const WEB = { input: { parameters: { placement: 'web' } } };
test('no token', refuses, WEB, { authorization: '' }, 401, /bearer token is missing or unknown/);
test('a wrong token', refuses, WEB, { authorization: 'Bearer wrong-token' }, 401, /missing or unknown/);
test('a prefix of the token', refuses, WEB, { authorization: 'Bearer right' }, 401, /missing or unknown/);
test('the token as a password', refuses, WEB, { authorization: 'Basic right-token' }, 401, /missing or unknown/);
test('a token of another team', refuses, WEB, { authorization: 'Bearer team-token' }, 403, /namespace argocd/);
test('a body that is not JSON', refuses, '{"input":', {}, 400, /JSON/);
test('a body that is no object', refuses, '[]', {}, 400, /body/);
test('no body', refuses, '', {}, 400, /body|input/);
test('a body over the limit', refuses, `{"x":"${'y'.repeat(70_000)}"}`, {}, 413, /too large/);
test('an unknown placement', refuses, { input: { parameters: { placement: 'no' } } }, {}, 404, /argocd\/no/);
test('a GET', refuses, undefined, {}, 405, /use POST/, 'GET');

test('both tokens count during a rotation', async (t) => {
  const { ask } = await start(t);
  t.is((await ask(WEB, { authorization: 'Bearer previous-token' })).status, 200);
});

test('is not ready, and answers 503, until every cache is synced', async (t) => {
  const { generator, readers, web } = await start(t);
  for (const reader of [readers.placements, readers.decisions, readers.secrets]) {
    reader.synced = false;
    const response = await web();
    t.is(response.status, 503);
    t.regex(await response.text(), /"message":"not ready/);
    t.is((await fetch(`${generator.url}/readyz`)).status, 503);
    reader.synced = true;
  }
  t.is((await fetch(`${generator.url}/readyz`)).status, 200);
});

test('a changed decision is in the next answer, an unchanged one is not computed again', async (t) => {
  const { readers, web } = await start(t);
  t.is(await clustersOf(await web()), 'a,b');
  t.is(await clustersOf(await web()), 'a,b');
  t.is(readers.decisions.reads, 1);
  readers.decisions.put([decision('a', 'b', 'c')]);
  t.is(await clustersOf(await web()), 'a,b,c');
});

test('an answer that drops too many clusters at once is held until the limit allows it', async (t) => {
  const { readers, web } = await start(t);
  readers.decisions.put([decision('a', 'b', 'c', 'd')]);
  t.is((await web({ maxRemovalPercent: 25 })).status, 200);
  readers.decisions.put([decision('a', 'b')]);
  for (let i = 0; i < 2; i += 1) {
    const held = await web({ maxRemovalPercent: '25' });
    t.is(held.status, 409);
    t.regex(await held.text(), /drop 2 of 4 clusters, more than maxRemovalPercent 25 allows/);
  }
  readers.decisions.put([decision('a', 'b', 'c')]);
  t.is(await clustersOf(await web({ maxRemovalPercent: 25 })), 'a,b,c');
});

test('an unknown path is an error too', async (t) => {
  const { generator } = await start(t);
  const response = await fetch(`${generator.url}/`, { method: 'POST' });
  t.is(response.status, 404);
  t.regex(await response.text(), /"message"/);
});

test('closing lets a running request finish and drops idle connections', async (t) => {
  const { generator } = await start(t);
  const { hostname, port } = new URL(generator.url);
  const idle = tcpConnect(Number(port), hostname);
  const idleClosed = new Promise((resolve) => idle.once('close', resolve));
  await new Promise((resolve) => idle.once('connect', resolve));
  const body = JSON.stringify(WEB);
  const running = new Promise<number | undefined>((resolve, reject) => {
    const request = httpRequest(`${generator.url}${PATH}`, {
      method: 'POST',
      headers: { authorization: 'Bearer right-token', 'content-length': body.length },
    });
    request.once('response', (response) => resolve(response.resume().statusCode));
    request.once('error', reject);
    request.write(body.slice(0, 5), () => {
      void generator.close();
      request.end(body.slice(5));
    });
  });
  t.is(await running, 200);
  await idleClosed;
});
