import { type Cases, configMap, MERGE, widget } from './fixture.js';

const READER = { 'user-agent': 'curl/8.5.0' };
const MAX = 3 * 1024 * 1024;

/** How what is sent and answered is written, whatever it says. */
export const ENCODING_CASES: Cases = {
  'an answer is easy to read for who asks so, and for tools people read': async (t, p) => {
    await p.wire.call('POST', p.configMaps, { body: configMap('a') });
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const paths = [`${p.configMaps}/a`, `${p.widgets}/a`, p.widgets, '/apis', '/apis/apps/v1', `${p.configMaps}/none`];
    const isPretty = async (path: string, headers = {}): Promise<boolean> => {
      const { text } = await p.wire.call('GET', path, { headers });
      t.is(text.startsWith('{\n  "'), !text.endsWith('\n'), 'one line ends, several do not');
      return text.startsWith('{\n  "');
    };
    for (const path of paths) {
      for (const query of ['pretty=true', 'pretty=1', 'pretty=T']) t.true(await isPretty(`${path}?${query}`), path);
      for (const query of ['', 'pretty=false', 'pretty=0', 'pretty=x', 'pretty=']) {
        t.false(await isPretty(`${path}?${query}`), `${path}?${query}`);
      }
      for (const agent of ['curl/8.5.0', 'Wget/1.21', 'Mozilla/5.0 (X11; Linux)']) {
        t.true(await isPretty(path, { 'user-agent': agent }), agent);
      }
      for (const agent of ['kubectl/v1.33.0', 'Go-http-client/2.0', 'xcurl/1']) {
        t.false(await isPretty(path, { 'user-agent': agent }), agent);
      }
      t.false(await isPretty(`${path}?pretty=0`, READER));
    }
    t.true(await isPretty(`${p.configMaps}/a`, { accept: 'application/json;pretty=1' }));
    for (const path of ['/version', '/']) t.true(await isPretty(path));
  },

  'what is made easy to read says the same': async (t, p) => {
    const data = { text: '{"a": [1,\n"\\" :]}', empty: '', 'dotted.name': 'ä' };
    await p.wire.call('POST', p.configMaps, { body: configMap('a', data) });
    const free = { none: {}, list: [], nested: [[{}], [1.5, -0.25, true, null]], 'a"b': ':' };
    await p.wire.call('POST', p.widgets, { body: widget('a', { free }) });
    for (const path of [`${p.configMaps}/a`, `${p.widgets}/a`]) {
      const [plain, pretty] = await Promise.all([
        p.wire.call('GET', path),
        p.wire.call('GET', path, { headers: READER }),
      ]);
      t.deepEqual(pretty?.body, plain?.body);
      t.is(pretty?.text, JSON.stringify(JSON.parse(pretty?.text ?? ''), null, 2));
    }
  },

  'events of a watch are a line each, whoever asks': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const watch = `${p.widgets}?watch=true&timeoutSeconds=1&pretty=true`;
    const { text } = await p.wire.call('GET', watch, { headers: READER });
    t.deepEqual(
      text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
      ['ADDED'],
    );
  },

  'who takes no JSON is refused, wherever, and weights of types count for nothing': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const paths = ['/version', '/api', '/apis', '/apis/apps', '/apis/apps/v1', '/apis/contract.example.com/v1'];
    for (const path of [...paths, p.configMaps, `${p.widgets}/a`]) {
      const code = async (accept: string) => (await p.wire.call('GET', path, { accept })).code;
      for (const accept of ['application/xml', 'text/*', 'garbage', 'application/cbor']) {
        t.is(await code(accept), 406, `${path} ${accept}`);
      }
      for (const accept of [
        'application/json;q=0',
        'application/json;q=x',
        'text/html;q=0.9, application/json;q=0.1',
        'text/html, */*;q=0.8',
        'application/json; charset=utf-8',
      ]) {
        t.is(await code(accept), 200, `${path} ${accept}`);
      }
    }
    for (const path of ['/api', '/apis/apps/v1', '/apis/contract.example.com/v1']) {
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
      t.is((await p.wire.call('GET', path, { accept })).code, 406, path);
      t.is((await p.wire.call('GET', path, { accept: `${accept}, application/json` })).code, 200, path);
    }
  },

  'a body may come in pieces, and is too large all the same': async (t, p) => {
    const chunked = { 'transfer-encoding': 'chunked' };
    const made = await p.wire.call('POST', p.configMaps, { body: configMap('a'), headers: chunked });
    t.is(made.code, 201);
    const body = configMap('b', { text: 'x'.repeat(MAX) });
    for (const [method, path, type] of [
      ['POST', p.configMaps, 'application/json'],
      ['PUT', `${p.configMaps}/a`, 'application/json'],
      ['PATCH', `${p.configMaps}/a`, MERGE],
      ['PATCH', `${p.configMaps}/a`, 'application/apply-patch+yaml'],
      ['DELETE', `${p.configMaps}/a`, 'application/json'],
      ['DELETE', p.configMaps, 'application/json'],
    ] as const) {
      for (const headers of [{}, chunked]) {
        const answer = await p.wire.call(method, path, { body, type, headers });
        t.is(answer.code, 413, `${method} ${type}`);
        const { message, reason } = answer.body;
        t.deepEqual(
          { message, reason },
          { message: `Request entity too large: limit is ${MAX}`, reason: 'RequestEntityTooLarge' },
        );
        t.is<unknown, unknown>(answer.body.details, undefined);
      }
    }
    t.is((await p.wire.call('GET', `${p.configMaps}/a`)).code, 200);
  },

  'an answer is compressed when it is large, asked for and no watch': async (t, p) => {
    const free = { text: 'x'.repeat(140_000) };
    await p.wire.call('POST', p.widgets, { body: widget('large', { free }) });
    const encoding = async (path: string, accepted: string): Promise<string | undefined> =>
      (await p.wire.call('GET', path, { headers: { 'accept-encoding': accepted } })).headers['content-encoding'];
    t.is(await encoding(`${p.widgets}/large`, 'gzip, deflate, br'), 'gzip');
    t.is(await encoding(p.widgets, 'deflate, gzip'), 'gzip');
    for (const accepted of ['deflate, br', 'identity']) t.is(await encoding(p.widgets, accepted), undefined);
    t.is(await encoding('/version', 'gzip'), undefined);
    t.is(await encoding(`${p.widgets}?watch=true&timeoutSeconds=1`, 'gzip'), undefined);
  },
};
