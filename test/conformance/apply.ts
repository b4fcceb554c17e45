import {
  APPLY,
  type Cases,
  configMap,
  DEPLOYMENT,
  deployments,
  JSON_PATCH,
  MERGE,
  type Place,
  widget,
} from './fixture.js';
import type { Answer, Json } from './wire.js';

interface Applying {
  readonly force?: boolean;
  readonly metadata?: object;
  readonly status?: object;
  /** Where besides the object itself. */
  readonly at?: string;
}

/** Applies the Widget `a`. */
function applyWidget(p: Place, manager: string, spec?: object, more: Applying = {}): Promise<Answer> {
  const { force = false, metadata = {}, status, at = '' } = more;
  const body = {
    apiVersion: 'contract.example.com/v1',
    kind: 'Widget',
    metadata: { name: 'a', ...metadata },
    ...(spec ? { spec } : {}),
    ...(status ? { status } : {}),
  };
  const query = `fieldManager=${manager}${force ? '&force=true' : ''}`;
  return p.wire.call('PATCH', `${p.widgets}/a${at}?${query}`, { body, type: APPLY });
}

/** Who owns what, without the times. */
export const ownersOf = ({ metadata }: Json) =>
  metadata.managedFields
    .map(({ manager, operation, subresource = '', fieldsV1 }) => [manager, operation, subresource, fieldsV1])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));

const causesOf = ({ details }: Json): string[] =>
  details.causes.map(({ field, message }) => `${field} ${message}`).sort();

export const APPLY_CASES: Cases = {
  'an apply creates what does not exist and owns exactly what it says': async (t, p) => {
    const spec = { size: 1, parts: [{ id: 'p', weight: 5 }, { id: 'q' }], free: { a: [1, { b: 2 }] } };
    const metadata = { labels: { l: '1' }, annotations: { n: '1' }, finalizers: ['a.b/c'] };
    const { code, body } = await applyWidget(p, 'one', spec, { metadata });
    t.is(code, 201);
    t.is(body.spec.colour, 'red');
    t.is(body.metadata.managedFields[0]?.apiVersion, 'contract.example.com/v1');
    t.is(body.metadata.managedFields[0]?.fieldsType, 'FieldsV1');
    const fields = {
      'f:metadata': {
        'f:annotations': { 'f:n': {} },
        'f:finalizers': { 'v:"a.b/c"': {} },
        'f:labels': { 'f:l': {} },
      },
      'f:spec': {
        'f:free': { 'f:a': {} },
        'f:parts': {
          'k:{"id":"p"}': { '.': {}, 'f:id': {}, 'f:weight': {} },
          'k:{"id":"q"}': { '.': {}, 'f:id': {} },
        },
        'f:size': {},
      },
    };
    t.deepEqual(ownersOf(body), [['one', 'Apply', '', fields]]);
    await p.wire.call('PATCH', `${p.widgets}/a`, { body: { metadata: { finalizers: null } }, type: MERGE });
  },

  'a refused apply names every field and every manager': async (t, p) => {
    await applyWidget(p, 'one', { size: 1, name: 'x' }, { metadata: { labels: { l: '1' } } });
    await applyWidget(p, 'two', { size: 1, parts: [{ id: 'p', weight: 6 }] });
    const { code, body } = await applyWidget(
      p,
      'three',
      { size: 2, name: 'y', parts: [{ id: 'p', weight: 7 }] },
      { metadata: { labels: { l: '2' } } },
    );
    t.is(code, 409);
    t.is(body.reason, 'Conflict');
    t.is(
      body.message,
      'Apply failed with 5 conflicts: conflicts with "one":\n- .metadata.labels.l\n- .spec.name\n- .spec.size\nconflicts with "two":\n- .spec.size\n- .spec.parts[id="p"].weight',
    );
    t.deepEqual(causesOf(body), [
      '.metadata.labels.l conflict with "one"',
      '.spec.name conflict with "one"',
      '.spec.parts[id="p"].weight conflict with "two"',
      '.spec.size conflict with "one"',
      '.spec.size conflict with "two"',
    ]);
  },

  'an update takes fields from who applied them, and is named with its version': async (t, p) => {
    await applyWidget(p, 'one', { size: 1 });
    await p.wire.call('PATCH', `${p.widgets}/a?fieldManager=editor`, { body: { spec: { size: 7 } }, type: MERGE });
    const { body } = await applyWidget(p, 'one', { size: 1 });
    t.is(
      body.message,
      'Apply failed with 1 conflict: conflict with "editor" using contract.example.com/v1: .spec.size',
    );
    const same = await applyWidget(p, 'one', { size: 7 });
    t.deepEqual(ownersOf(same.body), [
      ['editor', 'Update', '', { 'f:spec': { 'f:size': {} } }],
      ['one', 'Apply', '', { 'f:spec': { 'f:size': {} } }],
    ]);
  },

  'a field with two owners goes with the last of them': async (t, p) => {
    await applyWidget(p, 'one', { size: 1, name: 'x', parts: [{ id: 'p' }] });
    await applyWidget(p, 'two', { name: 'x', parts: [{ id: 'p' }] });
    const first = await applyWidget(p, 'one', { size: 1 });
    t.is(first.body.spec.name, 'x');
    t.deepEqual(first.body.spec.parts, [{ id: 'p', weight: 1 }]);
    const last = await applyWidget(p, 'two', {});
    t.deepEqual(last.body.spec, { size: 1, colour: 'red' });
  },

  'force takes fields from their owners': async (t, p) => {
    await applyWidget(p, 'one', { size: 1, name: 'x' });
    const { body } = await applyWidget(p, 'two', { size: 2 }, { force: true });
    t.deepEqual(ownersOf(body), [
      ['one', 'Apply', '', { 'f:spec': { 'f:name': {} } }],
      ['two', 'Apply', '', { 'f:spec': { 'f:size': {} } }],
    ]);
  },

  'a status is applied at its subresource, where nothing else is, and only there': async (t, p) => {
    await applyWidget(p, 'one', { size: 1 });
    const at = '/status';
    const applied = await applyWidget(p, 'ctl', { size: 9 }, { at, status: { phase: 'up' } });
    t.is(applied.body.spec.size, 1);
    t.is(applied.body.status?.phase, 'up');
    t.deepEqual(ownersOf(applied.body)[0], ['ctl', 'Apply', 'status', { 'f:status': { 'f:phase': {} } }]);
    const ignored = await applyWidget(p, 'one', { size: 1 }, { status: { phase: 'no' } });
    t.is(ignored.body.status?.phase, 'up');
    const conflict = await applyWidget(p, 'other', undefined, { at, status: { phase: 'down' } });
    t.is(
      conflict.body.message,
      'Apply failed with 1 conflict: conflict with "ctl" with subresource "status": .status.phase',
    );
    const dropped = await applyWidget(p, 'ctl', undefined, { at });
    t.is(dropped.code, 200, dropped.body.message);
    t.is(dropped.body.status, undefined);
    const none = await p.wire.call('PATCH', `${p.widgets}/none/status?fieldManager=m`, {
      body: widget('none'),
      type: APPLY,
    });
    t.is(none.code, 404);
  },

  'managed fields are reset by one empty entry, after which an apply finds them unowned': async (t, p) => {
    await applyWidget(p, 'one', { size: 1, name: 'x' });
    const body = [
      { op: 'replace', path: '/metadata/managedFields', value: [{}] },
      { op: 'replace', path: '/spec/size', value: 4 },
    ];
    const reset = await p.wire.call('PATCH', `${p.widgets}/a?fieldManager=two`, { body, type: JSON_PATCH });
    t.is(reset.code, 200, reset.body.message);
    t.false('managedFields' in reset.body.metadata);
    const again = await applyWidget(p, 'one', { size: 4 });
    t.deepEqual(ownersOf(again.body), [
      ['before-first-apply', 'Update', '', { 'f:spec': { '.': {}, 'f:colour': {}, 'f:name': {}, 'f:size': {} } }],
      ['one', 'Apply', '', { 'f:spec': { 'f:size': {} } }],
    ]);
    const conflict = await applyWidget(p, 'one', { size: 5 });
    t.is(conflict.code, 409);
  },

  'uid and resourceVersion are preconditions of an apply': async (t, p) => {
    const missing = await applyWidget(p, 'one', { size: 1 }, { metadata: { uid: 'u' } });
    t.is(missing.code, 409);
    t.is(
      missing.body.message,
      'Operation cannot be fulfilled on widgets.contract.example.com "a": uid mismatch: the provided object specified uid u, and no existing object was found',
    );
    const { body } = await applyWidget(p, 'one', { size: 1 });
    const other = await applyWidget(p, 'one', { size: 2 }, { metadata: { uid: 'u' } });
    t.is(other.code, 422);
    t.is(
      other.body.message,
      'Widget.contract.example.com "a" is invalid: metadata.uid: Invalid value: "u": field is immutable',
    );
    t.is((await applyWidget(p, 'one', { size: 2 }, { metadata: { resourceVersion: '1' } })).code, 409);
    const { uid, resourceVersion } = body.metadata;
    t.is((await applyWidget(p, 'one', { size: 2 }, { metadata: { uid, resourceVersion } })).code, 200);
  },

  'an apply that leaves no valid object changes nothing': async (t, p) => {
    const { body } = await applyWidget(p, 'one', { size: 1 });
    const refused = await applyWidget(p, 'one', { size: 99 });
    t.is(refused.code, 422);
    t.is(
      refused.body.message,
      'Widget.contract.example.com "a" is invalid: spec.size: Invalid value: 99: spec.size in body should be less than or equal to 10',
    );
    t.is((await applyWidget(p, 'one', {})).code, 422);
    t.deepEqual((await p.wire.call('GET', `${p.widgets}/a`)).body, body);
  },

  'containers of one Deployment have different owners, and a scale is an owner too': async (t, p) => {
    const at = `${deployments(p)}/d`;
    const apply = (manager: string, spec: object) =>
      p.wire.call('PATCH', `${at}?fieldManager=${manager}`, {
        body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec },
        type: APPLY,
      });
    const pod = (...containers: object[]) => ({ template: { spec: { containers } } });
    const names = ({ body }: Answer) =>
      (body.spec as unknown as typeof DEPLOYMENT.spec).template.spec.containers.map(({ name }) => name);
    t.is((await apply('one', { replicas: 1, ...DEPLOYMENT.spec })).code, 201);
    t.deepEqual(names(await apply('two', pod({ name: 'z', image: 'k' }))), ['x', 'y', 'z']);
    const conflict = await apply('two', pod({ name: 'x', image: 'other' }));
    t.is(
      conflict.body.message,
      'Apply failed with 1 conflict: conflict with "one": .spec.template.spec.containers[name="x"].image',
    );
    await p.wire.call('PATCH', `${at}/scale?fieldManager=hpa`, { body: { spec: { replicas: 3 } }, type: MERGE });
    const scaled = await apply('one', { replicas: 1, ...DEPLOYMENT.spec });
    t.is(
      scaled.body.message,
      'Apply failed with 1 conflict: conflict with "hpa" with subresource "scale" using apps/v1: .spec.replicas',
    );
    t.is((await apply('one', DEPLOYMENT.spec)).body.spec.replicas, 3);
    t.deepEqual(names(await apply('two', {})), ['x', 'y']);
  },

  'creates, updates and applies each own what they wrote': async (t, p) => {
    await p.wire.call('POST', `${p.configMaps}?fieldManager=maker`, {
      body: configMap('a', { x: '1', y: '1' }, { labels: { l: '1' } }),
    });
    const put = await p.wire.call('PUT', `${p.configMaps}/a?fieldManager=putter`, {
      body: configMap('a', { x: '2', y: '1' }, { labels: { l: '1' } }),
    });
    t.deepEqual(ownersOf(put.body), [
      [
        'maker',
        'Update',
        '',
        { 'f:data': { '.': {}, 'f:y': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:l': {} } } },
      ],
      ['putter', 'Update', '', { 'f:data': { 'f:x': {} } }],
    ]);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { z: '3' } };
    const applied = await p.wire.call('PATCH', `${p.configMaps}/a?fieldManager=maker`, { body, type: APPLY });
    t.is(applied.body.metadata.managedFields.length, 3);
    t.deepEqual(applied.body.data, { x: '2', y: '1', z: '3' });
  },
};
