import { until } from '../until.js';
import { type Cases, configMap, type Place, WIDGET_CRD, WIDGETS, widget } from './fixture.js';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The members of discovery documents these cases read. */
interface Resource {
  readonly name: string;
  readonly resource: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  readonly scope: string;
  readonly responseKind: { readonly kind: string };
  readonly subresources?: readonly { readonly subresource: string }[];
}
interface Document {
  readonly kind: string;
  readonly groups: readonly { readonly name: string; readonly preferredVersion: { readonly version: string } }[];
  readonly resources: readonly Resource[];
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly { readonly version: string; readonly resources: readonly Resource[] }[];
  }[];
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
  readonly info: { readonly title: string; readonly version: string };
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> }>>;
  };
}

const read = async (place: Place, path: string, accept?: string): Promise<Document> => {
  const { text } = await place.wire.call('GET', path, accept ? { accept } : {});
  return JSON.parse(text) as Document;
};

/** A CRD of the test's own, as `WIDGET_CRD` with another group. */
function definition({ namespace }: Place, more: Readonly<Record<string, unknown>> = {}) {
  const group = `${namespace}.example.com`;
  return { ...WIDGET_CRD, metadata: { name: `widgets.${group}` }, spec: { ...WIDGET_CRD.spec, group, ...more } };
}

export const DISCOVERY_CASES: Cases = {
  'groups, versions and resources are listed': async (t, p) => {
    const groups = await read(p, '/apis');
    t.is(groups.kind, 'APIGroupList');
    const group = groups.groups.find(({ name }) => name === 'contract.example.com');
    t.is(group?.preferredVersion.version, 'v1');
    const { resources } = await read(p, WIDGETS);
    t.deepEqual(
      resources.map(({ name }) => name),
      ['widgets', 'widgets/status'],
    );
    const [widgets] = resources;
    t.deepEqual(widgets?.shortNames, ['wd']);
    t.deepEqual(widgets?.categories, ['toys']);
    t.true(widgets?.namespaced);
    t.deepEqual([...(widgets?.verbs ?? [])].sort(), [
      'create',
      'delete',
      'deletecollection',
      'get',
      'list',
      'patch',
      'update',
      'watch',
    ]);
    t.true((await read(p, '/api/v1')).resources.some(({ name }) => name === 'configmaps'));
  },

  'all groups can be had in one document': async (t, p) => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const all = await read(p, '/apis', accept);
    t.is(all.kind, 'APIGroupDiscoveryList');
    const group = all.items.find(({ metadata }) => metadata.name === 'contract.example.com');
    const [widgets] = group?.versions[0]?.resources ?? [];
    t.is(widgets?.resource, 'widgets');
    t.is(widgets?.scope, 'Namespaced');
    t.is(widgets?.responseKind.kind, 'Widget');
    t.deepEqual(
      widgets?.subresources?.map(({ subresource }) => subresource),
      ['status'],
    );
    const core = await read(p, '/api', accept);
    t.true(core.items[0]?.versions[0]?.resources.some(({ resource }) => resource === 'pods'));
  },

  'OpenAPI v3 has a document per group with the schemas of its kinds': async (t, p) => {
    const listed = async () => (await read(p, '/openapi/v3')).paths['apis/contract.example.com/v1'] !== undefined;
    await until('the document is listed', listed);
    const index = await read(p, '/openapi/v3');
    const path = index.paths['apis/contract.example.com/v1']?.serverRelativeURL ?? '';
    t.regex(path, /^\/openapi\/v3\/apis\/contract\.example\.com\/v1\?hash=[0-9A-F]+$/);
    const document = await read(p, path);
    t.deepEqual(document.info, { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' });
    t.is((await read(p, index.paths['apis/apps/v1']?.serverRelativeURL ?? '')).info.title, 'Kubernetes');
    const [schema] = Object.entries(document.components.schemas).filter(([name]) => name.endsWith('v1.Widget'));
    t.deepEqual(Object.keys(schema?.[1].properties ?? {}).sort(), ['apiVersion', 'kind', 'metadata', 'spec', 'status']);
  },

  'a CRD is established at once and gone with its objects': async (t, p) => {
    const crd = definition(p);
    const { code, body } = await p.wire.call('POST', CRDS, { body: crd });
    t.is(code, 201, body.message);
    const path = `/apis/${crd.spec.group}/v1/namespaces/${p.namespace}/widgets`;
    const item = { ...widget('a'), apiVersion: `${crd.spec.group}/v1` };
    const wait = (wanted: number, call: () => Promise<{ readonly code: number }>) =>
      until(`the answer ${wanted}`, async () => (await call()).code === wanted);
    await wait(201, () => p.wire.call('POST', path, { body: item }));
    const deleted = await p.wire.call('DELETE', `${CRDS}/${crd.metadata.name}`);
    t.is(deleted.code, 200);
    await wait(404, () => p.wire.call('GET', `${CRDS}/${crd.metadata.name}`));
    await wait(404, () => p.wire.call('GET', path));
    await p.wire.call('POST', CRDS, { body: crd });
    await wait(200, () => p.wire.call('GET', path));
    t.deepEqual((await p.wire.call('GET', path)).body.items, []);
  },

  'a CRD in two versions serves every object in both': async (t, p) => {
    const [version] = WIDGET_CRD.spec.versions;
    const versions = [version, { ...version, name: 'v2', storage: false }];
    const crd = definition(p, { versions });
    await p.wire.call('POST', CRDS, { body: crd });
    const at = (name: string) => `/apis/${crd.spec.group}/${name}/namespaces/${p.namespace}/widgets`;
    const body = { ...widget('a'), apiVersion: `${crd.spec.group}/v2` };
    await until('v2 is served', async () => (await p.wire.call('GET', at('v2'))).code === 200);
    const created = await p.wire.call('POST', at('v2'), { body });
    t.is(created.body.apiVersion, `${crd.spec.group}/v2`);
    const one = await p.wire.call('GET', `${at('v1')}/a`);
    t.is(one.body.apiVersion, `${crd.spec.group}/v1`);
    t.deepEqual(one.body.spec, created.body.spec);
    t.is((await p.wire.call('GET', at('v2'))).body.items[0]?.apiVersion, `${crd.spec.group}/v2`);
  },

  'a CRD that is none is refused with every reason': async (t, p) => {
    const { body } = await p.wire.call('POST', CRDS, { body: { ...definition(p), metadata: { name: 'other' } } });
    t.is(body.code, 422);
    t.true(
      body.message.includes('metadata.name: Invalid value: "other": must be spec.names.plural+"."+spec.group'),
      body.message,
    );
    const [version] = WIDGET_CRD.spec.versions;
    const none = await p.wire.call('POST', CRDS, {
      body: definition(p, { versions: [{ ...version, storage: false }] }),
    });
    t.true(none.body.message.includes('must have exactly one version marked as storage version'), none.body.message);
  },

  'paths of no API are not found, in plain text': async (t, p) => {
    const paths = ['/nope', '/openapi', '/healthz/nope', '/apis/none.example.com', '/apis/none.example.com/v1/x'];
    for (const path of [...paths, `${WIDGETS}/gadgets`, '/apis/contract.example.com/v9/widgets']) {
      const { code, headers, text } = await p.wire.call('GET', path);
      t.is(code, 404, path);
      t.is(headers['content-type'], 'text/plain; charset=utf-8');
      t.is(text, '404 page not found\n');
    }
  },

  'a method nobody serves is refused': async (t, p) => {
    for (const [method, path] of [
      ['OPTIONS', p.configMaps],
      ['OPTIONS', `${p.configMaps}/x`],
      ['HEAD', p.configMaps],
      ['HEAD', '/version'],
      ['PUT', p.configMaps],
      ['PATCH', '/version'],
      ['TRACE', '/api/v1/namespaces'],
    ] as const) {
      t.is((await p.wire.call(method, path)).code, 405, `${method} ${path}`);
    }
    for (const path of ['/apis', '/healthz', p.widgets]) t.is((await p.wire.call('HEAD', path)).code, 200, path);
  },

  'who has the document of all groups is told that it is still so': async (t, p) => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    for (const path of ['/api', '/apis']) {
      const { headers } = await p.wire.call('GET', path, { accept });
      t.is(headers['content-type'], accept);
      t.regex(headers.etag ?? '', /^"[0-9A-F]+"$/);
    }
    // Other cases create and delete CRDs meanwhile.
    const { headers } = await p.wire.call('GET', '/api', { accept });
    const again = await p.wire.call('GET', '/api', { accept, headers: { 'if-none-match': headers.etag ?? '' } });
    t.is(again.code, 304);
    t.is(again.text, '');
    t.is(again.headers.etag, headers.etag);
    t.is((await p.wire.call('GET', '/api', { accept, headers: { 'if-none-match': '"0"' } })).code, 200);
  },

  'an OpenAPI document is kept by its hash': async (t, p) => {
    const index = await read(p, '/openapi/v3');
    const path = index.paths['apis/apps/v1']?.serverRelativeURL ?? '';
    const first = await p.wire.call('GET', path);
    t.is(first.headers['cache-control'], 'public, immutable');
    const again = await p.wire.call('GET', path, { headers: { 'if-none-match': first.headers.etag ?? '' } });
    t.is(again.code, 304);
    const other = await p.wire.call('GET', '/openapi/v3/apis/apps/v1?hash=00');
    t.is(other.code, 301);
    t.is(other.headers.location, path);
    t.is((await p.wire.call('GET', '/openapi/v3/apis/none/v1')).code, 404);
  },

  'the root says where to begin': async (t, p) => {
    const { text } = await p.wire.call('GET', '/');
    const { paths } = JSON.parse(text) as { readonly paths: readonly string[] };
    for (const path of [
      '/api/v1',
      '/apis/apps/v1',
      '/apis/contract.example.com/v1',
      '/healthz',
      '/openapi/v3',
      '/version',
    ])
      t.true(paths.includes(path), path);
  },

  'health is told check by check to who asks': async (t, p) => {
    for (const root of ['healthz', 'livez', 'readyz']) {
      t.is((await p.wire.call('GET', `/${root}/ping`)).text, 'ok');
      const { text } = await p.wire.call('GET', `/${root}?verbose&exclude=ping`);
      const lines = text.trim().split('\n');
      t.is(lines[0], '[+]ping excluded: ok');
      t.true(lines.length > 2);
      t.is(lines.at(-1), `${root} check passed`);
    }
  },

  'a group tells its versions, and a version its resources': async (t, p) => {
    const group = JSON.parse((await p.wire.call('GET', '/apis/contract.example.com')).text) as unknown;
    const version = { groupVersion: 'contract.example.com/v1', version: 'v1' };
    t.deepEqual(group, {
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'contract.example.com',
      versions: [version],
      preferredVersion: version,
    });
    const core = await read(p, '/api/v1');
    const verbsOf = (name: string) => [...(core.resources.find((one) => one.name === name)?.verbs ?? [])].sort();
    t.deepEqual(verbsOf('namespaces'), ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']);
    t.deepEqual(verbsOf('namespaces/finalize'), ['update']);
    t.deepEqual(verbsOf('serviceaccounts/token'), ['create']);
    t.deepEqual(verbsOf('pods/eviction'), ['create']);
  },

  'the version and the health of the server are told': async (t, p) => {
    t.regex((await p.wire.call('GET', '/version')).text, /"gitVersion": ?"v1\.\d+/);
    for (const path of ['/healthz', '/livez', '/readyz']) t.is((await p.wire.call('GET', path)).text, 'ok');
  },

  'a built-in object may come in Kubernetes own binary encoding': async (t, p) => {
    const field = (number: number, content: Buffer | string): Buffer => {
      const bytes = Buffer.from(content);
      return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
    };
    const data = Buffer.concat([field(1, 'x'), field(2, '1')]);
    const object = Buffer.concat([field(1, field(1, 'binary')), field(2, data)]);
    const type = Buffer.concat([field(1, 'v1'), field(2, 'ConfigMap')]);
    const body = Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, object)]).toString();
    const sent = { body, type: 'application/vnd.kubernetes.protobuf', accept: 'application/json' };
    const created = await p.wire.call('POST', p.configMaps, sent);
    t.is(created.code, 201, created.body.message);
    t.deepEqual(created.body.data, configMap('binary', { x: '1' }).data);
  },
};
