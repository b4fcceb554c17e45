import {
  type Cases,
  configMap,
  DEPLOYMENT,
  deployments,
  JSON_PATCH,
  MERGE,
  type Place,
  STRATEGIC,
  widget,
} from './fixture.js';
import { INVALID, type Refusal } from './refusal.js';
import type { Answer, Json } from './wire.js';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly ports?: readonly object[];
  readonly env?: readonly object[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes: readonly object[];
  readonly tolerations: readonly object[];
}

const podOf = ({ spec }: Json): PodSpec => (spec as unknown as { template: { spec: PodSpec } }).template.spec;

/** Patches the pod of a new Deployment, without storing it. */
async function patchedPod(p: Place, pod: object): Promise<PodSpec> {
  const { code, body } = await strategically(p, { spec: { template: { spec: pod } } });
  if (code !== 200) throw new Error(body.message);
  return podOf(body);
}

async function strategically(p: Place, body: object, deployment: object = DEPLOYMENT): Promise<Answer> {
  await p.wire.call('POST', deployments(p), { body: deployment });
  return p.wire.call('PATCH', `${deployments(p)}/d?dryRun=All`, { body, type: STRATEGIC });
}

const operations = async (p: Place, ...body: object[]): Promise<Json> => {
  await p.wire.call('POST', p.configMaps, {
    body: configMap('a', { x: '1', y: '2' }, { labels: { 'e.x/y': 'z' }, annotations: { a: '1' } }),
  });
  return (await p.wire.call('PATCH', `${p.configMaps}/a?dryRun=All`, { body, type: JSON_PATCH })).body;
};

export const PATCH_CASES: Cases = {
  'JSON patch adds, replaces, moves and copies members': async (t, p) => {
    const { data } = await operations(
      p,
      { op: 'add', path: '/data/new', value: '3' },
      { op: 'replace', path: '/data/y', value: '9' },
      { op: 'copy', from: '/data/y', path: '/data/copied' },
      { op: 'move', from: '/data/x', path: '/data/moved' },
    );
    t.deepEqual(data, { new: '3', y: '9', copied: '9', moved: '1' });
  },

  'JSON patch reads names with slashes, and replaces what is missing': async (t, p) => {
    const { data, metadata } = await operations(
      p,
      { op: 'replace', path: '/metadata/labels/e.x~1y', value: 'q' },
      { op: 'replace', path: '/data/none', value: '9' },
      { op: 'add', path: '/data/empty' },
    );
    t.deepEqual(metadata.labels, { 'e.x/y': 'q' });
    t.deepEqual(data, { x: '1', y: '2', none: '9', empty: '' });
  },

  'JSON patch inserts into lists and removes from them, from their end too': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a', { free: { list: [1, 2, 3] } }) });
    const body = [
      { op: 'add', path: '/spec/free/list/-', value: 4 },
      { op: 'add', path: '/spec/free/list/0', value: 0 },
      { op: 'remove', path: '/spec/free/list/1' },
      { op: 'remove', path: '/spec/free/list/-1' },
    ];
    const patched = await p.wire.call('PATCH', `${p.widgets}/a`, { body, type: JSON_PATCH });
    t.deepEqual(patched.body.spec.free, { list: [0, 2, 3] });
  },

  'merge patch removes what is null, merges objects and replaces lists': async (t, p) => {
    await p.wire.call('POST', p.widgets, {
      body: widget('a', { parts: [{ id: 'x' }], free: { keep: 1, drop: 1, deep: { a: 1 } } }, { labels: { l: '1' } }),
    });
    const spec = { parts: [{ id: 'y' }], free: { drop: null, deep: { b: 2, c: null } } };
    const body = { metadata: { labels: null }, spec };
    const patched = await p.wire.call('PATCH', `${p.widgets}/a`, { body, type: `${MERGE}; charset=utf-8` });
    t.deepEqual(patched.body.spec.parts, [{ id: 'y', weight: 1 }]);
    t.deepEqual(patched.body.spec.free, { keep: 1, deep: { a: 1, b: 2 } });
    t.is(patched.body.metadata.labels, undefined);
  },

  'strategic merge patch deletes an item, replaces a list and sets an order': async (t, p) => {
    const names = async (pod: object) => (await patchedPod(p, pod)).containers.map(({ name }) => name);
    t.deepEqual(await names({ containers: [{ name: 'y', $patch: 'delete' }] }), ['x']);
    t.deepEqual(await names({ containers: [{ $patch: 'replace' }, { name: 'only', image: 'o' }] }), ['only']);
    t.deepEqual(await names({ '$setElementOrder/containers': [{ name: 'y' }, { name: 'x' }] }), ['y', 'x']);
  },

  'strategic merge patch merges the lists in an item by their own keys': async (t, p) => {
    const change = {
      name: 'x',
      args: ['z'],
      ports: [{ containerPort: 80, name: 'web' }],
      env: [
        { name: 'A', $patch: 'delete' },
        { name: 'B', value: '2' },
      ],
    };
    const { containers, tolerations } = await patchedPod(p, {
      containers: [change],
      tolerations: [{ key: 'b', operator: 'Exists' }],
    });
    const [first] = containers;
    t.is(first?.image, 'i');
    t.deepEqual(first?.args, ['z']);
    t.deepEqual(first?.ports, [{ containerPort: 80, name: 'web', protocol: 'TCP' }]);
    t.deepEqual(first?.env, [{ name: 'B', value: '2' }]);
    t.deepEqual(tolerations, [{ key: 'b', operator: 'Exists' }]);
  },

  'strategic merge patch keeps only the members named by retainKeys': async (t, p) => {
    const volume = { name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'n' } };
    const { volumes } = await patchedPod(p, { volumes: [volume] });
    t.deepEqual(volumes, [{ name: 'v', configMap: { name: 'n', defaultMode: 420 } }]);
    const strategy = { $retainKeys: ['type'], type: 'Recreate' };
    const { body } = await strategically(p, { spec: { strategy } });
    t.deepEqual(body.spec.strategy, { type: 'Recreate' });
  },

  'strategic merge patch of maps and of lists without keys': async (t, p) => {
    const held = { ...DEPLOYMENT, metadata: { ...DEPLOYMENT.metadata, finalizers: ['a.b/c', 'a.b/d'] } };
    const meta = async (metadata: object) => (await strategically(p, { metadata }, held)).body.metadata;
    t.deepEqual((await meta({ labels: { l: null, m: '2' } })).labels, { m: '2' });
    t.deepEqual((await meta({ labels: { $patch: 'replace', z: '1' } })).labels, { z: '1' });
    t.is((await meta({ labels: { $patch: 'delete' } })).labels, undefined);
    t.deepEqual((await meta({ finalizers: ['a.b/e'] })).finalizers, ['a.b/e', 'a.b/c', 'a.b/d']);
    t.deepEqual((await meta({ '$deleteFromPrimitiveList/finalizers': ['a.b/c'] })).finalizers, ['a.b/d']);
    await p.wire.call('PATCH', `${deployments(p)}/d`, { body: { metadata: { finalizers: null } }, type: MERGE });
  },

  'strategic merge patches that contradict themselves are refused': async (t, p) => {
    const refused = async (pod: object) => {
      const { code, body } = await strategically(p, { spec: { template: { spec: pod } } });
      return `${code} ${body.message}`;
    };
    t.is(
      await refused({ containers: [{ name: 'x', $patch: 'frob' }] }),
      '500 unknown patch type: frob in map: map[$patch:frob name:x]',
    );
    t.is(
      await refused({ containers: [{ image: 'k' }] }),
      '500 map: map[image:k] does not contain declared merge key: name',
    );
    const retained = { $retainKeys: ['type'], type: 'Recreate', rollingUpdate: { maxSurge: 2 } };
    const { code, body } = await strategically(p, { spec: { strategy: retained } });
    t.is(code, 400);
    t.is(body.message, 'invalid patch format of retainKeys');
  },

  'an immutable ConfigMap stays what it is': async (t, p) => {
    await p.wire.call('POST', p.configMaps, { body: { ...configMap('a', { x: '1' }), immutable: true } });
    const patch = (body: object) => p.wire.call('PATCH', `${p.configMaps}/a`, { body, type: MERGE });
    const data = await patch({ data: { x: '2' } });
    t.is(data.code, 422);
    t.is(data.body.message, 'ConfigMap "a" is invalid: data: Forbidden: field is immutable when `immutable` is set');
    t.is((await patch({ immutable: false })).code, 422);
    t.is((await patch({ metadata: { labels: { l: '1' } } })).code, 200);
  },
};

const patch = (body: unknown, type: string, rest: Omit<Refusal, 'method' | 'path' | 'call'>): Refusal => ({
  method: 'PATCH',
  path: ({ configMaps }) => `${configMaps}/taken`,
  call: { body, type },
  ...rest,
});

const UNFIT = {
  code: 422,
  reason: 'Invalid',
  message: 'the server rejected our request due to an error in our request',
};
const unread = (message: string) => ({ code: 400, reason: 'BadRequest', message });

export const PATCH_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a JSON patch that doubles the object sixty times': {
    method: 'PATCH',
    path: ({ widgets }) => `${widgets}/taken`,
    call: {
      type: JSON_PATCH,
      body: Array.from({ length: 60 }, (_, at) => ({ op: 'copy', from: '/spec', path: `/spec/x${at}` })),
    },
    ...INVALID,
    message: 'the server rejected our request due to an error in our request',
  },
  'a JSON patch whose test fails': patch([{ op: 'test', path: '/metadata/name', value: 'x' }], JSON_PATCH, UNFIT),
  'a JSON patch that adds below what is missing': patch([{ op: 'add', path: '/none/z', value: 1 }], JSON_PATCH, UNFIT),
  'a JSON patch that removes what is missing': patch([{ op: 'remove', path: '/none' }], JSON_PATCH, UNFIT),
  'a JSON patch that moves what is missing': patch([{ op: 'move', from: '/none', path: '/data' }], JSON_PATCH, UNFIT),
  'a JSON patch with an operation nobody knows': patch([{ op: 'merge', path: '/data' }], JSON_PATCH, UNFIT),
  'a JSON patch with a path that is none': patch([{ op: 'remove', path: 'data' }], JSON_PATCH, UNFIT),
  'a JSON patch that is an object': patch(
    { op: 'remove', path: '/data' },
    JSON_PATCH,
    unread('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'),
  ),
  'a JSON patch of more than ten thousand operations': patch(
    Array(10_001).fill({ op: 'test', path: '/metadata/name', value: 'taken' }),
    JSON_PATCH,
    {
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    },
  ),
  'a merge patch that is a list': patch(
    [],
    MERGE,
    unread('error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'),
  ),
  'a patch that is no JSON': patch('{"data":', MERGE, unread('error decoding patch: unexpected end of JSON input')),
  'a strategic patch whose order does not name its items': patch(
    { metadata: { '$setElementOrder/ownerReferences': [{ uid: 'u' }], ownerReferences: [{ uid: 'v' }] } },
    STRATEGIC,
    { code: 500, reason: '', message: /^The order in patch list:\n\[map\[uid:v\]\]\n doesn't match \$setElementOrder/ },
  ),
  'a strategic patch of a custom object': {
    ...patch({}, STRATEGIC, { code: 415, reason: 'UnsupportedMediaType', message: '' }),
    path: ({ widgets }) => `${widgets}/taken`,
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
  },
  'a patch of a built-in object of a type nobody knows': patch({}, 'application/x-patch', {
    code: 415,
    reason: 'UnsupportedMediaType',
    message: '415: Unsupported Media Type',
  }),
  'a merge patch with force': {
    ...patch({ data: {} }, MERGE, { code: 422, reason: 'Invalid', message: '' }),
    path: ({ configMaps }) => `${configMaps}/taken?force=true`,
    message: 'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  },
};
