import { request } from 'node:https';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { createPki } from '../../src/apiserver/pki.js';
import { type ApiServer, startApiServer } from '../../src/apiserver/server.js';
import { createMemoryStore } from '../../src/apiserver/store/memory.js';
import { jsonLogger, type Logger, silentLogger } from '../../src/control/log.js';
import { WIDGET_CRD, WIDGETS, widget } from '../conformance/fixture.js';
import { Wire } from '../conformance/wire.js';
import { until } from '../until.js';

const TOKEN = 'hostile-administrator';

const IN_DEFAULT = '/api/v1/namespaces/default';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const WIDGETS_HERE = `${WIDGETS}/namespaces/default/widgets`;
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const COLLECTIONS = [
  `${IN_DEFAULT}/configmaps`,
  `${IN_DEFAULT}/secrets`,
  `${IN_DEFAULT}/services`,
  `${IN_DEFAULT}/serviceaccounts/default/token`,
  DEPLOYMENTS,
  '/apis/batch/v1/namespaces/default/jobs',
  '/apis/events.k8s.io/v1/namespaces/default/events',
  WIDGETS_HERE,
  CRDS,
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/authorization.k8s.io/v1/subjectaccessreviews',
  '/apis/authentication.k8s.io/v1/tokenreviews',
  '/apis/certificates.k8s.io/v1/certificatesigningrequests',
];
const NAMED = [
  `${IN_DEFAULT}/configmaps/a`,
  `${DEPLOYMENTS}/a`,
  `${DEPLOYMENTS}/a/scale`,
  `${DEPLOYMENTS}/a/status`,
  `${WIDGETS_HERE}/a`,
  `${WIDGETS_HERE}/a/status`,
  `${CRDS}/widgets.contract.example.com`,
  '/api/v1/namespaces/default',
  '/api/v1/namespaces/default/finalize',
];
const JSON_TYPE = 'application/json';
const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly type: string;
}

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ method: fc.constant('POST'), path: fc.constantFrom(...COLLECTIONS), type: fc.constant(JSON_TYPE) }),
  fc.record({ method: fc.constant('PUT'), path: fc.constantFrom(...NAMED), type: fc.constant(JSON_TYPE) }),
  fc.record({ method: fc.constant('PATCH'), path: fc.constantFrom(...NAMED), type: fc.constantFrom(...PATCHES) }),
  fc.record({
    method: fc.constantFrom('GET', 'DELETE'),
    path: fc.constantFrom(...COLLECTIONS.slice(0, 7)),
    type: fc.constant(JSON_TYPE),
  }),
  fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
    path: fc.constantFrom(
      ...COLLECTIONS,
      ...NAMED.slice(0, 6),
      '/',
      '/apis//',
      '/openapi/v3/x',
      '/api/v1/namespaces/%zz',
    ),
    type: fc.constantFrom(JSON_TYPE, 'application/vnd.kubernetes.protobuf', 'text/plain'),
  }),
);

const QUERIES = [
  'labelSelector=a%3D',
  'fieldSelector=x',
  'limit=-1',
  'limit=x',
  'continue=%00',
  'resourceVersion=x',
  'resourceVersionMatch=Exact',
  'fieldManager=m',
  'force=true',
  'dryRun=All',
  'fieldValidation=Strict',
  'propagationPolicy=Never',
];

const spec = {
  selector: { matchLabels: { app: 'a' } },
  template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
};
const DEPLOYMENT = { metadata: { name: 'a' }, spec };
const GOOD = [
  { metadata: { name: 'a' } },
  DEPLOYMENT,
  { metadata: { name: 'a' }, spec: { size: 1 } },
  WIDGET_CRD,
  { spec: {} },
];

/** JSON in which the members a Kubernetes object has hold anything. */
const hostileObject = fc.dictionary(
  fc.constantFrom(
    'apiVersion',
    'kind',
    'metadata',
    'spec',
    'status',
    'data',
    'rules',
    '__proto__',
    'preconditions',
    'x',
  ),
  fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.dictionary(
      fc.constantFrom(
        'name',
        'namespace',
        'labels',
        'annotations',
        'finalizers',
        'ownerReferences',
        'managedFields',
        'uid',
        'resourceVersion',
        'creationTimestamp',
        'generateName',
        'names',
        'versions',
        'template',
        'selector',
        'size',
        'parts',
        '$patch',
        'constructor',
      ),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant('a')),
    ),
  ),
);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A body some kind would take, with hostile members over it. */
const nearlyRight = fc.tuple(fc.constantFrom(...GOOD), hostileObject).map(([good, hostile]) => {
  const members = Object.entries(hostile).map(([name, value]) => {
    const before = (good as Record<string, unknown>)[name];
    return [name, isObject(before) && isObject(value) && !Array.isArray(value) ? { ...before, ...value } : value];
  });
  return JSON.stringify({ ...good, ...Object.fromEntries(members) });
});

const jsonPatch = fc.array(
  fc.record({
    op: fc.constantFrom('add', 'remove', 'test', 'move'),
    path: fc.constantFrom('/metadata', '/spec/x', '', '/metadata/labels', '/spec', '/metadata/finalizers', '/data'),
    value: fc.jsonValue(),
    from: fc.constant('/spec'),
  }),
);

const body = fc.oneof(
  { weight: 6, arbitrary: nearlyRight },
  { weight: 2, arbitrary: jsonPatch.map((list) => JSON.stringify(list)) },
  fc.json(),
  fc.string(),
);

/** A server with widgets, for a test. */
async function serve(t: ExecutionContext, log: Logger = silentLogger): Promise<{ server: ApiServer; wire: Wire }> {
  const staticTokens = new Map([[TOKEN, { name: 'hostile', groups: ['system:masters', 'system:authenticated'] }]]);
  const server = await startApiServer({ store: createMemoryStore(), pki: await createPki(), log, staticTokens });
  const wire = new Wire({ url: server.url, ca: server.caCertificate, token: TOKEN });
  t.teardown(async () => {
    wire.close();
    await server.close();
  });
  await wire.call('POST', CRDS, { body: WIDGET_CRD });
  await until('widgets are served', async () => (await wire.call('GET', WIDGETS_HERE)).code === 200);
  return { server, wire };
}

/** What earlier requests may have deleted. */
async function restore(wire: Wire): Promise<void> {
  for (const [path, good] of [
    [`${IN_DEFAULT}/configmaps`, { metadata: { name: 'a' } }],
    [DEPLOYMENTS, DEPLOYMENT],
    [WIDGETS_HERE, { metadata: { name: 'a' }, spec: { size: 1 } }],
  ] as const) {
    if ((await wire.call('GET', `${path}/a`)).code === 404) await wire.call('POST', path, { body: good });
  }
}

/** What is refused before it is looked at what is asked. */
const PLAIN = ['404 page not found\n', '400 Bad Request'];

test('whatever is sent, the answer is an object or a refusal in Kubernetes form, and no bug of the server', async (t) => {
  const logged: string[] = [];
  const log = jsonLogger('error', { write: (line: string) => void logged.push(line) });
  const { wire } = await serve(t, log);

  await fc.assert(
    fc.asyncProperty(
      operation,
      fc.subarray(QUERIES, { maxLength: 2 }),
      body,
      async ({ method, path, type }, query, text) => {
        await restore(wire);
        const answer = await wire.call(
          method,
          `${path}?${query.join('&')}`,
          method === 'GET' ? {} : { body: text, type },
        );
        const { kind, code, message } = answer.body;
        if (answer.code >= 400 && !PLAIN.includes(answer.text)) {
          t.is(kind, 'Status', answer.text);
          t.is(code, answer.code);
          t.is(typeof message, 'string');
        }
        // Kubernetes' own 500s (an apply that does not fit the schema, say) have no reason; a bug of the server has one.
        if (answer.code >= 500 && answer.code !== 504 && !message.includes("Object 'apiVersion' is missing")) {
          t.falsy(answer.body.reason, message);
        }
      },
    ),
    { numRuns: 400 },
  );
  t.deepEqual(logged, []);
  t.is((await wire.call('GET', '/readyz')).text, 'ok');
});

test('whatever stands where a path belongs, the answer is one', async (t) => {
  const { server } = await serve(t);
  const { hostname, port } = new URL(server.url);
  const codeOf = (path: string) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const options = { hostname, port, path, headers, ca: server.caCertificate, agent: false };
      request(options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
  t.is(await codeOf('//'), 404);
  t.is(await codeOf('//version'), 404);
  t.is(await codeOf(`${server.url}/version`), 200);
  t.is(await codeOf('http://['), 400);
  t.is(await codeOf('/api/v1/namespaces/%zz'), 400);
});

test('however deep a body is, it is read or refused', async (t) => {
  const { wire } = await serve(t);
  await wire.call('POST', WIDGETS_HERE, { body: widget('a') });
  const KIND = '"apiVersion":"contract.example.com/v1","kind":"Widget"';
  const deep = (levels: number): string => `${'{"a":['.repeat(levels / 2)}"]}"${']}'.repeat(levels / 2)}`;
  const bodyOf = (levels: number, name: string): string =>
    `{${KIND},"metadata":{"name":"${name}"},"spec":{"size":1,"free":${deep(levels)}}}`;
  for (const [levels, made, changed] of [
    [5_000, 400, 400],
    [980, 201, 200],
  ] as const) {
    t.is((await wire.call('POST', WIDGETS_HERE, { body: bodyOf(levels, 'b') })).code, made);
    const body = bodyOf(levels, 'a');
    const patches = {
      'merge-patch+json?fieldManager=m': body,
      'json-patch+json?fieldManager=m': `[{"op":"add","path":"/spec/free","value":${deep(levels)}}]`,
      'apply-patch+yaml?fieldManager=m&force=true': body,
    };
    for (const [way, patch] of Object.entries(patches)) {
      const [type, query] = way.split('?');
      const call = { body: patch, type: `application/${type}` };
      const { code, body: answer } = await wire.call('PATCH', `${WIDGETS_HERE}/a?${query}`, call);
      t.is(code, changed, answer.message);
    }
  }
});
