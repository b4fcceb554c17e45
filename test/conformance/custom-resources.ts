import { APPLY, type Cases, MERGE } from './fixture.js';
import { createShape, refusalOf, shape, shapes } from './shapes.js';

const DEFAULTS = { defaulted: 'd', orDefault: 'd', deep: { a: 'x' } };

/** What the schema of a CRD makes of objects. */
export const CUSTOM_RESOURCE_CASES: Cases = {
  'null is kept where it may be, and as good as absent elsewhere': async (t, p) => {
    const { body } = await createShape(p, { nothing: null, orDefault: null, defaulted: null, deep: null });
    t.deepEqual(body.spec, { ...DEFAULTS, nothing: null, orDefault: null });
    t.deepEqual((await p.wire.call('GET', `${shapes(p)}/a`)).body.spec, body.spec);
  },

  'defaults are filled in at every depth': async (t, p) => {
    const { body } = await createShape(p, { deep: { list: [{ k: 'a' }, { d: 1 }] }, keyed: [{ a: 'x' }] });
    t.deepEqual(body.spec.deep, { a: 'x', list: [{ k: 'a', d: 7 }, { d: 1 }] });
    t.deepEqual(body.spec.keyed, [{ a: 'x', b: 1 }]);
  },

  'an int-or-string is either and nothing else': async (t, p) => {
    t.is((await createShape(p, { port: 5 }, '?dryRun=All')).body.spec.port, 5);
    t.is((await createShape(p, { port: 'http' }, '?dryRun=All')).body.spec.port, 'http');
    t.deepEqual(await refusalOf(p, { port: true }), [
      'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    ]);
  },

  'an embedded object keeps its type and metadata, and is pruned by its own schema': async (t, p) => {
    const embedded = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'x', typo: 1 },
      spec: { a: '1', typo: 1 },
      typo: 1,
    };
    const { body } = await createShape(p, { whole: embedded, part: embedded });
    const metadata = { name: 'x' };
    t.deepEqual(body.spec.whole, { ...embedded, metadata });
    t.deepEqual(body.spec.part, { apiVersion: 'v1', kind: 'Pod', metadata, spec: { a: '1' } });
  },

  'an embedded object needs a type, and metadata that could be some': async (t, p) => {
    t.deepEqual(await refusalOf(p, { whole: {} }), [
      'spec.whole.apiVersion: Required value',
      'spec.whole.kind: Required value',
    ]);
    const type = { apiVersion: 'v1', kind: 'Pod' };
    t.regex(
      (await refusalOf(p, { whole: { ...type, metadata: { labels: { 'a b': '1' } } } })).join('\n'),
      /^spec\.whole\.metadata\.labels: Invalid value: "a b": name part must consist of/,
    );
    t.deepEqual(await refusalOf(p, { whole: { ...type, apiVersion: 'a/b/c' } }), [
      'spec.whole.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
    ]);
  },

  'unknown fields are kept where the schema says so, but not in what it closes': async (t, p) => {
    const { body } = await createShape(p, {
      free: { unknown: { deep: [1, { a: null }] }, closed: { a: '1', typo: 1 } },
      any: [1, 'x', { y: true }],
    });
    t.deepEqual(body.spec.free, { unknown: { deep: [1, { a: null }] }, closed: { a: '1' } });
    t.deepEqual(body.spec.any, [1, 'x', { y: true }]);
    t.is((await createShape(p, { any: 5 }, '?dryRun=All')).code, 409);
  },

  'a set has no item twice, and a map list no key': async (t, p) => {
    t.deepEqual(await refusalOf(p, { set: ['a', 'b', 'a', 'b'] }), [
      'spec.set[2]: Duplicate value: "a"',
      'spec.set[3]: Duplicate value: "b"',
    ]);
    t.deepEqual(await refusalOf(p, { keyed: [{ a: 'x' }, { a: 'x', b: 2 }, { a: 'x', b: 1 }] }), [
      'spec.keyed[2]: Duplicate value: {"a":"x","b":1}',
    ]);
    t.deepEqual(await refusalOf(p, { keyed: [{ b: 1 }] }), ['spec.keyed[0].a: Required value']);
  },

  'numbers, texts and lists have bounds': async (t, p) => {
    t.deepEqual(await refusalOf(p, { number: 11 }), [
      'spec.number: Invalid value: 11: spec.number in body should be less than or equal to 10',
    ]);
    t.deepEqual(await refusalOf(p, { number: 0 }), [
      'spec.number: Invalid value: 0: spec.number in body should be greater than 0',
    ]);
    t.deepEqual(await refusalOf(p, { word: 'abcd' }), ['spec.word: Too long: may not be more than 3 bytes']);
    t.deepEqual(await refusalOf(p, { word: 'a' }), [
      'spec.word: Invalid value: "a": spec.word in body should be at least 2 chars long',
    ]);
    t.is((await createShape(p, { word: 'äää' }, '?dryRun=All')).code, 201);
    t.deepEqual(await refusalOf(p, { word: 'AB' }), [
      `spec.word: Invalid value: "AB": spec.word in body should match '^[a-zä]+$'`,
    ]);
    t.deepEqual(await refusalOf(p, { atomic: ['a', 'b', 'c', 'd'] }), [
      'spec.atomic: Too many: 4: must have at most 3 items',
    ]);
  },

  'values are of their type, format and choice': async (t, p) => {
    t.deepEqual(await refusalOf(p, { choice: 'c' }), [
      'spec.choice: Unsupported value: "c": supported values: "a", "b"',
    ]);
    t.deepEqual(await refusalOf(p, { time: 'soon' }), [
      'spec.time: Invalid value: "soon": spec.time in body must be of type date-time: "soon"',
    ]);
    t.deepEqual(await refusalOf(p, { numbers: { a: 1, b: 'x' } }), [
      'spec.numbers.b: Invalid value: "string": spec.numbers.b in body must be of type integer: "string"',
    ]);
    t.deepEqual(await refusalOf(p, { strict: {} }), ['spec.strict.x: Required value', 'spec.strict.y: Required value']);
  },

  'one of several alternatives must hold, and no more': async (t, p) => {
    t.regex(
      (await refusalOf(p, { either: {} })).join('\n'),
      /"spec\.either" must validate one and only one schema \(oneOf\)\. Found none valid/,
    );
    t.regex(
      (await refusalOf(p, { either: { a: '1', b: '2' } })).join('\n'),
      /must validate one and only one schema \(oneOf\)\. Found 2 valid alternatives/,
    );
    t.is((await createShape(p, { either: { a: '1' } }, '?dryRun=All')).code, 201);
  },

  'columns show lists, items, times and labels, and nothing for what is missing or of another type': async (t, p) => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const spec = { number: 1.5, set: ['x', 'y'], time: '2020-01-01T00:00:00Z', choice: 'a' };
    await p.wire.call('POST', shapes(p), { body: shape('full', spec, { labels: { 'a.b/c': 'q' } }) });
    await p.wire.call('POST', shapes(p), { body: shape('none') });
    const { body } = await p.wire.call('GET', shapes(p), { accept });
    const [number, label] = [body.columnDefinitions[1], body.columnDefinitions[6]];
    t.like(number, { name: 'Number', type: 'number', format: 'float', description: 'a number', priority: 0 });
    t.like(label, { name: 'Label', priority: 1 });
    const [full, none] = body.rows.map(({ cells }) => cells);
    t.deepEqual(full?.slice(0, 4), ['full', 1.5, '["x","y"]', 'x']);
    t.regex(String(full?.[4]), /^\d+y(\d+d)?$/);
    t.deepEqual(full?.slice(5), [null, 'q']);
    t.deepEqual(none, ['none', null, null, null, null, null, null]);
  },

  'objects are selected by the fields the CRD names': async (t, p) => {
    await p.wire.call('POST', shapes(p), { body: shape('x', { choice: 'a', replicas: 5 }) });
    await p.wire.call('POST', shapes(p), { body: shape('y', { choice: 'b' }) });
    const select = async (selector: string) => {
      const { body } = await p.wire.call('GET', `${shapes(p)}?fieldSelector=${encodeURIComponent(selector)}`);
      return body.items?.map(({ metadata }) => metadata.name) ?? body.message;
    };
    t.deepEqual(await select('spec.choice=a'), ['x']);
    t.deepEqual(await select('spec.choice!=a'), ['y']);
    t.deepEqual(await select('spec.replicas=5,metadata.name=x'), ['x']);
    t.is(String(await select('spec.word=a')), 'field label not supported: spec.word');
  },

  'a status is written at its subresource with a version, and the spec is not looked at there': async (t, p) => {
    const { body } = await createShape(p, { choice: 'a' });
    const put = (object: object) => p.wire.call('PUT', `${shapes(p)}/a/status`, { body: object });
    const blind = await put({ ...shape('a'), status: { replicas: 1 } });
    t.is(blind.code, 422);
    t.regex(blind.body.message, /metadata\.resourceVersion: Invalid value: 0: must be specified for an update$/);
    const written = await put({
      ...body,
      spec: { choice: 'z' },
      metadata: { ...body.metadata, labels: { l: '1' }, finalizers: ['a.b/c'] },
      status: { replicas: 1, typo: 1 },
    });
    t.is(written.code, 200, written.body.message);
    t.is(written.body.spec.choice, 'a');
    t.deepEqual(written.body.status, { replicas: 1 });
    t.is(written.body.metadata.generation, 1);
    t.false('labels' in written.body.metadata || 'finalizers' in written.body.metadata);
    t.is((await put({ ...body, status: { replicas: 2 } })).code, 409);
  },

  'a status is held to its schema and its rules': async (t, p) => {
    await createShape(p, {});
    const patch = (status: object) => p.wire.call('PATCH', `${shapes(p)}/a/status`, { body: { status }, type: MERGE });
    t.regex(
      (await patch({ replicas: 'x' })).body.message,
      /status\.replicas: Invalid value: "string": .*must be of type integer/,
    );
    t.regex((await patch({ replicas: 100 })).body.message, / is invalid: status: Invalid value: too many$/);
    t.is((await patch({ replicas: 99 })).code, 200);
  },

  'subresources a kind does not have are not found, methods they do not have not allowed': async (t, p) => {
    await createShape(p, {});
    const none = await p.wire.call('GET', `${p.widgets}/a/scale`);
    t.is(none.code, 404);
    t.is(none.body.message, 'widgets.contract.example.com "a" not found');
    const posted = await p.wire.call('POST', `${shapes(p)}/a/status`, { body: {} });
    t.is(posted.code, 405);
    t.is(posted.body.message, 'create is not supported on resources of kind "shapes.shapes.example.com"');
    t.is((await p.wire.call('DELETE', `${shapes(p)}/a/status`)).code, 405);
    t.is((await p.wire.call('GET', '/apis/shapes.example.com/v1/shapes/a')).code, 404);
  },

  'a custom object is scaled at its subresource': async (t, p) => {
    await createShape(p, { choice: 'a' });
    const at = `${shapes(p)}/a/scale`;
    const none = await p.wire.call('GET', at);
    t.is(none.code, 500);
    t.is(none.body.message, 'Internal error occurred: the spec replicas field ".spec.replicas" does not exist');
    await p.wire.call('PATCH', `${shapes(p)}/a/status`, {
      body: { status: { replicas: 2, selector: 'a=b' } },
      type: MERGE,
    });
    const { body } = await p.wire.call('PATCH', at, { body: { spec: { replicas: 3 } }, type: MERGE });
    t.is(body.kind, 'Scale');
    t.deepEqual(body.spec, { replicas: 3 });
    t.deepEqual(body.status, { replicas: 2, selector: 'a=b' });
    const put = await p.wire.call('PUT', at, { body: { metadata: { name: 'a' }, spec: { replicas: 4 } } });
    t.deepEqual((await p.wire.call('GET', at)).body, put.body);
    const scaled = await p.wire.call('GET', `${shapes(p)}/a`);
    t.is(scaled.body.spec.replicas, 4);
    t.is(scaled.body.metadata.generation, 3);
    const stale = { name: 'a', resourceVersion: body.metadata.resourceVersion };
    t.is((await p.wire.call('PUT', at, { body: { metadata: stale, spec: { replicas: 5 } } })).code, 409);
    const negative = await p.wire.call('PATCH', at, { body: { spec: { replicas: -1 } }, type: MERGE });
    t.is(
      negative.body.message,
      'Shape.shapes.example.com "a" is invalid: .spec.replicas: Invalid value: -1: should be a non-negative integer',
    );
    const text = await p.wire.call('PATCH', at, { body: { spec: { replicas: 'x' } }, type: MERGE });
    t.regex(
      text.body.message,
      /json: cannot unmarshal string into Go struct field ScaleSpec\.spec\.replicas of type int32$/,
    );
  },

  'applied sets and map lists are merged, atomic ones replaced': async (t, p) => {
    const apply = (manager: string, spec: object, force = false) =>
      p.wire.call('PATCH', `${shapes(p)}/a?fieldManager=${manager}&force=${force}`, {
        body: shape('a', spec),
        type: APPLY,
      });
    await apply('one', {
      set: ['a', 'b'],
      keyed: [{ a: 'x', v: '1' }],
      atomic: ['a'],
      atomicMap: { x: '1' },
      numbers: { a: 1 },
    });
    const { body } = await apply('two', { set: ['b', 'c'], keyed: [{ a: 'x', b: 2 }], numbers: { b: 2 } });
    t.deepEqual(body.spec.set, ['a', 'b', 'c']);
    t.deepEqual(body.spec.keyed, [
      { a: 'x', b: 1, v: '1' },
      { a: 'x', b: 2 },
    ]);
    t.deepEqual(body.spec.numbers, { a: 1, b: 2 });
    const refused = await apply('two', { atomic: ['b'], atomicMap: { y: '2' } });
    t.deepEqual(refused.body.details.causes.map(({ field }) => field).sort(), ['.spec.atomic', '.spec.atomicMap']);
    const forced = await apply('two', { set: ['c'], atomic: ['b'], atomicMap: { y: '2' } }, true);
    t.deepEqual(forced.body.spec.atomic, ['b']);
    t.deepEqual(forced.body.spec.atomicMap, { y: '2' });
    t.deepEqual(forced.body.spec.keyed, [{ a: 'x', b: 1, v: '1' }]);
    const dropped = await apply('one', { set: ['c'], keyed: [] });
    t.deepEqual(dropped.body.spec.set, ['c']);
    t.false('numbers' in dropped.body.spec);
  },
};
