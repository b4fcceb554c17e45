import test from 'ava';
import fc from 'fast-check';
import { cloneJson, deepFreeze } from '../../src/apimachinery/clone.js';
import { isJsonObject, type JsonObject } from '../../src/apimachinery/json.js';
import { ApplyError } from '../../src/apimachinery/managed-fields/applied.js';
import { type ApplyRequest, applyPatch } from '../../src/apimachinery/managed-fields/apply-patch.js';
import type { FieldSet } from '../../src/apimachinery/managed-fields/field-set.js';
import {
  difference,
  intersection,
  isEmptySet,
  isSubset,
  pathsOf,
  union,
  without,
} from '../../src/apimachinery/managed-fields/field-set.js';
import { fieldsOf, withNamedFields } from '../../src/apimachinery/managed-fields/fields-of.js';
import { keepTimes } from '../../src/apimachinery/managed-fields/keep-times.js';
import type { ManagedFieldsEntry } from '../../src/apimachinery/managed-fields/managers.js';
import { metadataOf, withManagedFields } from '../../src/apimachinery/managed-fields/metadata-fields.js';
import { resourceType } from '../../src/apimachinery/managed-fields/ownership-type.js';
import { formatPath } from '../../src/apimachinery/managed-fields/path-element.js';
import { trackUpdate } from '../../src/apimachinery/managed-fields/track-update.js';
import type { StructuralSchema } from '../../src/apimachinery/structural/schema.js';

const text: StructuralSchema = { type: 'string' };
const SCHEMA = deepFreeze<StructuralSchema>({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        replicas: { type: 'integer' },
        paused: { type: 'boolean' },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' }, name: text },
          },
        },
        containers: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', properties: { name: text, image: text, args: { type: 'array', items: text } } },
        },
        set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
        atomicList: { type: 'array', items: text },
        atomicMap: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: text },
        map: { type: 'object', additionalProperties: text },
        nested: { type: 'object', properties: { a: text, b: text } },
        open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: { type: 'object', properties: { phase: text } },
  },
});

const at = (second: number): Date => new Date(Date.UTC(2024, 0, 1, 0, 0, second));
const widget = (spec: JsonObject, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Widget',
  metadata: { name: 'a' },
  spec,
  ...more,
});

/** One object with its history, as a server would keep it. */
class Live {
  object: JsonObject | undefined;
  #second = 0;

  #common(manager: string, subresource?: string) {
    return { schema: SCHEMA, manager, apiVersion: 'v1', subresource, hasStatus: true, now: at(++this.#second) };
  }

  try(manager: string, applied: JsonObject, options: Partial<ApplyRequest> = {}) {
    return applyPatch({
      ...this.#common(manager),
      live: this.object,
      applied: deepFreeze(applied),
      force: false,
      ...options,
    });
  }

  apply(manager: string, spec: JsonObject, options: Partial<ApplyRequest> = {}): this {
    const result = this.try(manager, widget(spec), options);
    if (result.kind === 'conflict') throw new Error(result.message);
    this.object = deepFreeze(result.object);
    return this;
  }

  update(manager: string, after: JsonObject, subresource?: string): this {
    const managedFields = trackUpdate({
      ...this.#common(manager, subresource),
      before: this.object,
      after: deepFreeze(after),
    });
    this.object = deepFreeze(withManagedFields(after, managedFields));
    return this;
  }

  updateSpec(manager: string, change: (spec: JsonObject) => JsonObject): this {
    return this.update(manager, { ...this.object, spec: change(this.spec) });
  }

  get spec(): JsonObject {
    return isJsonObject(this.object?.spec) ? this.object.spec : {};
  }

  get entries(): readonly ManagedFieldsEntry[] {
    return (metadataOf(this.object).managedFields ?? []) as ManagedFieldsEntry[];
  }

  owned(manager: string): string[] {
    const sets = this.entries.filter((entry) => entry.manager === manager).map(({ fieldsV1 = {} }) => fieldsV1);
    return sets.flatMap((set) => [...pathsOf(set)].map(formatPath));
  }
}

const live = (): Live => new Live();

test('applying creates, and owns what it says', (t) => {
  const one = live().apply('a', {
    replicas: 1,
    nested: { a: 'x' },
    containers: [{ name: 'c', image: 'i' }],
    set: ['s'],
    atomicList: ['l'],
  });
  t.deepEqual(one.spec, {
    replicas: 1,
    nested: { a: 'x' },
    containers: [{ name: 'c', image: 'i' }],
    set: ['s'],
    atomicList: ['l'],
  });
  t.deepEqual(one.entries, [
    {
      manager: 'a',
      operation: 'Apply',
      apiVersion: 'v1',
      time: '2024-01-01T00:00:01Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:spec': {
          'f:atomicList': {},
          'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {} } },
          'f:nested': { 'f:a': {} },
          'f:replicas': {},
          'f:set': { 'v:"s"': {} },
        },
      },
    },
  ]);
});

test('applying the same again changes nothing, not even a time', (t) => {
  const one = live().apply('a', { replicas: 1, containers: [{ name: 'c' }] });
  const before = one.object;
  t.is(one.apply('a', { replicas: 1, containers: [{ name: 'c' }] }).object, before);
});

const abandons = test.macro({
  exec: (t, first: JsonObject, second: JsonObject, expected: JsonObject) =>
    t.deepEqual(live().apply('a', first).apply('a', second).spec, expected),
  title: (name = '') => `what is not applied any more goes: ${name}`,
});
test('a scalar', abandons, { replicas: 1, paused: true }, { replicas: 1 }, { replicas: 1 });
test(
  'an item of a map list',
  abandons,
  { containers: [{ name: 'a' }, { name: 'b' }] },
  { containers: [{ name: 'b' }] },
  { containers: [{ name: 'b' }] },
);
test(
  'a member of an item',
  abandons,
  { containers: [{ name: 'a', image: 'x' }] },
  { containers: [{ name: 'a' }] },
  { containers: [{ name: 'a' }] },
);
test('an item of a set', abandons, { set: ['a', 'b'] }, { set: ['b'] }, { set: ['b'] });
test('a key of a map', abandons, { map: { a: '1', b: '2' } }, { map: { b: '2' } }, { map: { b: '2' } });
test('a whole list', abandons, { set: ['a'], replicas: 1 }, { replicas: 1 }, { replicas: 1 });
test('a nested object', abandons, { nested: { a: 'x' }, replicas: 1 }, { replicas: 1 }, { replicas: 1 });
test(
  'an unknown member of an open object',
  abandons,
  { open: { a: { b: 1 }, c: 1 } },
  { open: { c: 1 } },
  { open: { c: 1 } },
);
test(
  'an atomic map is replaced',
  abandons,
  { atomicMap: { a: '1' } },
  { atomicMap: { b: '2' } },
  { atomicMap: { b: '2' } },
);

test('what another applies too stays when one lets go', (t) => {
  const one = live()
    .apply('a', { replicas: 1, containers: [{ name: 'c', image: 'i' }] })
    .apply('b', { replicas: 1, containers: [{ name: 'c' }] });
  t.deepEqual(one.apply('a', {}).spec, { replicas: 1, containers: [{ name: 'c' }] });
  t.deepEqual(one.owned('a'), ['.spec']);
  t.deepEqual(one.owned('b'), ['.spec.replicas', '.spec.containers[name="c"]', '.spec.containers[name="c"].name']);
});

test('an item goes with the applier that named it, whoever owns something in it', (t) => {
  const one = live().apply('a', { containers: [{ name: 'c', image: 'i' }] });
  one.updateSpec('u', () => ({ containers: [{ name: 'c', image: 'i', args: ['x'] }] }));
  t.deepEqual(one.apply('a', { replicas: 1 }).spec, { replicas: 1, containers: null });
});

test('what nobody owns is left alone, beside what is still applied', (t) => {
  const one = live().apply('a', { nested: { a: 'x', b: 'y' }, map: { a: '1' } });
  const map = { a: '1', z: 'unowned' };
  one.object = deepFreeze({ ...one.object, spec: { ...one.spec, map } });
  t.deepEqual(one.apply('a', { nested: { a: 'x' }, map: {} }).spec, { nested: { a: 'x' }, map: { z: 'unowned' } });
});

const conflict = test.macro({
  exec(t, first: (one: Live) => Live, applied: JsonObject, message: string) {
    const result = first(live()).try('me', widget(applied));
    t.is(result.kind, 'conflict');
    if (result.kind === 'conflict') t.is(result.message, message);
  },
  title: (name = '') => `conflict: ${name}`,
});
test(
  'with one applier',
  conflict,
  (one) => one.apply('a', { replicas: 1 }),
  { replicas: 2 },
  'Apply failed with 1 conflict: conflict with "a": .spec.replicas',
);
test(
  'with an updater',
  conflict,
  (one) => one.update('kubectl', widget({ replicas: 1 })),
  { replicas: 2 },
  'Apply failed with 1 conflict: conflict with "kubectl" using v1: .spec.replicas',
);
test(
  'with several',
  conflict,
  (one) =>
    one
      .apply('a', { replicas: 1, containers: [{ name: 'c', image: 'i' }] })
      .apply('b', { ports: [{ port: 80, name: 'x' }], set: ['s'] }),
  { replicas: 2, containers: [{ name: 'c', image: 'j' }], ports: [{ port: 80, name: 'y' }] },
  'Apply failed with 3 conflicts: conflicts with "a":\n- .spec.replicas\n- .spec.containers[name="c"].image\nconflicts with "b":\n- .spec.ports[port=80,protocol="TCP"].name',
);
test(
  'over an atomic list',
  conflict,
  (one) => one.apply('a', { atomicList: ['x'] }),
  { atomicList: ['y'] },
  'Apply failed with 1 conflict: conflict with "a": .spec.atomicList',
);
test(
  'over an atomic map',
  conflict,
  (one) => one.apply('a', { atomicMap: { a: '1' } }),
  { atomicMap: { b: '2' } },
  'Apply failed with 1 conflict: conflict with "a": .spec.atomicMap',
);
test('the causes name manager and field', (t) => {
  const result = live()
    .apply('a', { replicas: 1 })
    .try('b', widget({ replicas: 2 }));
  t.like(result, {
    causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.spec.replicas' }],
  });
});

test('force takes the field and the other loses it', (t) => {
  const one = live().apply('a', { replicas: 1, paused: true }).apply('b', { replicas: 2 }, { force: true });
  t.deepEqual(one.spec, { replicas: 2, paused: true });
  t.deepEqual([one.owned('a'), one.owned('b')], [['.spec.paused'], ['.spec.replicas']]);
});

test('the same value is no conflict: both own it', (t) => {
  const one = live().apply('a', { replicas: 1 }).apply('b', { replicas: 1 });
  t.deepEqual([one.owned('a'), one.owned('b')], [['.spec.replicas'], ['.spec.replicas']]);
});

test('different items and keys of shared lists and maps do not conflict', (t) => {
  const one = live()
    .apply('a', { containers: [{ name: 'a' }], set: ['a'], map: { a: '1' } })
    .apply('b', { containers: [{ name: 'b' }], set: ['b'], map: { b: '2' } });
  t.deepEqual(one.spec, { containers: [{ name: 'a' }, { name: 'b' }], set: ['a', 'b'], map: { a: '1', b: '2' } });
});

test('applied items take the applied order, others stay among them', (t) => {
  const one = live()
    .apply('a', { containers: [{ name: 'a' }, { name: 'c' }] })
    .apply('b', { containers: [{ name: 'x' }] });
  t.deepEqual(one.apply('a', { containers: [{ name: 'c' }, { name: 'a' }, { name: 'n' }] }).spec, {
    containers: [{ name: 'c' }, { name: 'x' }, { name: 'a' }, { name: 'n' }],
  });
});

test('the default of a key belongs to the item', (t) => {
  const one = live()
    .apply('a', { ports: [{ port: 80 }] })
    .update('u', widget({ ports: [{ port: 80, protocol: 'TCP' }] }));
  t.deepEqual(one.apply('a', { ports: [{ port: 80, name: 'x' }] }).spec, {
    ports: [{ port: 80, protocol: 'TCP', name: 'x' }],
  });
});

test('an update owns what it changes, and takes it from appliers', (t) => {
  const one = live()
    .apply('a', { replicas: 1, paused: true })
    .updateSpec('u', (spec) => ({ ...spec, replicas: 5, map: { k: 'v' } }));
  t.deepEqual([one.owned('a'), one.owned('u')], [['.spec.paused'], ['.spec.map', '.spec.replicas', '.spec.map.k']]);
});

test('an update that removes takes ownership away', (t) => {
  const one = live()
    .apply('a', { replicas: 1, set: ['x', 'y'] })
    .updateSpec('u', () => ({ set: ['y'] }));
  t.deepEqual([one.owned('a'), one.owned('u')], [['.spec.set[="y"]'], []]);
});

test('an update that changes nothing leaves times alone', (t) => {
  const one = live().update('u', widget({ replicas: 1 }));
  const before = one.entries;
  t.deepEqual(one.update('v', one.object!).entries, before);
});

test('metadata that identifies is never owned, labels are', (t) => {
  const one = live().update('u', {
    ...widget({}),
    metadata: {
      name: 'a',
      namespace: 'n',
      uid: 'u',
      resourceVersion: '1',
      generation: 1,
      labels: { l: 'v' },
      finalizers: ['f/g'],
    },
  });
  t.deepEqual(one.owned('u'), [
    '.spec',
    '.metadata.finalizers',
    '.metadata.labels',
    '.metadata.finalizers[="f/g"]',
    '.metadata.labels.l',
  ]);
});

test('status is owned through its endpoint only', (t) => {
  const one = live().update('u', widget({ replicas: 1 }, { status: { phase: 'x' } }));
  t.deepEqual(one.owned('u'), ['.spec', '.spec.replicas']);
  one.update('controller', { ...one.object, status: { phase: 'Running' }, spec: { replicas: 9 } }, 'status');
  t.deepEqual(one.owned('controller'), ['.status.phase']);
  t.deepEqual(
    one.entries.map(({ manager, subresource }) => [manager, subresource]),
    [
      ['u', undefined],
      ['controller', 'status'],
    ],
  );
});

test('what was there before the first apply belongs to somebody', (t) => {
  const one = live();
  one.object = deepFreeze(widget({ replicas: 1, paused: true }));
  const result = one.try('a', widget({ replicas: 2 }));
  t.like(result, {
    kind: 'conflict',
    message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .spec.replicas',
  });
  t.deepEqual(
    one.apply('a', { replicas: 2 }, { force: true }).entries.map(({ manager, operation }) => [manager, operation]),
    [
      ['a', 'Apply'],
      ['before-first-apply', 'Update'],
    ],
  );
});

test('kubectl does not conflict with what it applied client-side', (t) => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(widget({ replicas: 1 })) };
  const one = live().update('kubectl-client-side-apply', {
    ...widget({ replicas: 1 }),
    metadata: { name: 'a', annotations },
  });
  t.is(one.try('other', widget({ replicas: 2 })).kind, 'conflict');
  one.apply('kubectl', { replicas: 2 });
  t.deepEqual(one.spec, { replicas: 2 });
  t.regex(JSON.stringify(metadataOf(one.object).annotations), /\\"replicas\\":2/);
});

test('past ten updaters the oldest are put together', (t) => {
  const one = live().update('u0', widget({ map: { k0: '0' } }));
  for (let i = 1; i <= 12; i++)
    one.updateSpec(`u${i}`, (spec) => ({ ...spec, map: { ...(spec.map as JsonObject), [`k${i}`]: '' } }));
  t.is(one.entries.length, 10);
  t.deepEqual(
    one.owned('ancient-changes').filter((path) => path.startsWith('.spec.map.')),
    ['.spec.map.k0', '.spec.map.k1', '.spec.map.k2', '.spec.map.k3'],
  );
});

test('a client may reset managedFields; unreadable ones are ignored', (t) => {
  const one = live().apply('a', { replicas: 1 });
  const sent = (metadata: JsonObject): JsonObject => ({ ...one.object, metadata: { name: 'a', ...metadata } });
  const track = (after: JsonObject) =>
    trackUpdate({
      before: one.object,
      after,
      schema: SCHEMA,
      manager: 'u',
      apiVersion: 'v1',
      hasStatus: true,
      now: at(9),
    });
  t.deepEqual(track(sent({ managedFields: [{}] })), []);
  t.deepEqual(track(sent({ managedFields: [] })), []);
  t.deepEqual(track(sent({ managedFields: [{ manager: 'x' }] })), one.entries);
  t.deepEqual(track(sent({})), one.entries);
});

const refuses = test.macro({
  exec(t, applied: JsonObject, message: string) {
    const error = t.throws(() => live().try('a', applied), { instanceOf: ApplyError });
    t.is(error.message, message);
  },
  title: (name = '') => `apply refuses ${name}`,
});
test(
  'fields it does not know',
  refuses,
  widget({ foo: 1 }),
  'failed to create typed patch object: .spec.foo: field not declared in schema',
);
test(
  'two items with one key',
  refuses,
  widget({ containers: [{ name: 'a' }, { name: 'a' }] }),
  'failed to create typed patch object: .spec.containers: duplicate entries for key [name="a"]',
);
test(
  'items without a key',
  refuses,
  widget({ containers: [{ image: 'a' }] }),
  `failed to create typed patch object: .spec.containers: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn't have default values for any key fields)`,
);
test(
  'managedFields',
  refuses,
  { ...widget({}), metadata: { name: 'a', managedFields: [] } },
  'metadata.managedFields must be nil',
);

test('an object whose schema is unknown is owned member by member, its lists as a whole', (t) => {
  const one = live().apply('a', { anything: { deep: [1, 2] } }, { schema: undefined });
  t.deepEqual(one.owned('a'), ['.spec', '.spec.anything', '.spec.anything.deep']);
});

test('times alone are no change', (t) => {
  const before = withManagedFields(widget({}), [{ manager: 'a', time: 'x' }]);
  t.is(keepTimes(before, withManagedFields(widget({}), [{ manager: 'a', time: 'y' }])), before);
  const after = withManagedFields(widget({}), [{ manager: 'b', time: 'y' }]);
  t.is(keepTimes(before, after), after);
});

const dictionary = <T>(values: fc.Arbitrary<T>) => fc.dictionary(name, values, { maxKeys: 3, noNullPrototype: true });
const name = fc.constantFrom('a', 'b', 'c', 'd');
const spec = fc.record(
  {
    replicas: fc.integer({ min: 0, max: 2 }),
    set: fc.uniqueArray(name),
    map: dictionary(name),
    nested: fc.record({ a: name, b: name }, { requiredKeys: [] }),
    atomicList: fc.array(name, { maxLength: 2 }),
    containers: fc.uniqueArray(fc.record({ name, image: name }, { requiredKeys: ['name'] }), {
      selector: (item) => item.name,
    }),
    open: dictionary(fc.oneof(name, dictionary(name))),
  },
  { requiredKeys: [] },
);
const manager = fc.constantFrom('x', 'y', 'z');

const said = (object: unknown): FieldSet =>
  withNamedFields(fieldsOf(object, resourceType(SCHEMA)), resourceType(SCHEMA));

test('laws of apply', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(manager, spec), { minLength: 1, maxLength: 4 }),
      manager,
      spec,
      (history, who, last) => {
        const one = live();
        for (const [writer, applied] of history) one.apply(writer, cloneJson(applied), { force: true });
        // As upstream, what is emptied is null at first, and written as empty the next time.
        one.apply(who, cloneJson(last), { force: true });
        const after = one.apply(who, cloneJson(last), { force: true }).object;
        t.is(one.apply(who, cloneJson(last)).object, after, 'idempotent, and without conflict');
        const again = live().apply(who, cloneJson(last));
        t.true(isSubset(said(again.object), said(after)), 'what is applied is there');
        const [first] = history;
        if (!first) return;
        const alone = live().apply(first[0], cloneJson(first[1]));
        const restored = live().apply(first[0], cloneJson(first[1])).apply('w', cloneJson(last), { force: true });
        restored.apply(first[0], cloneJson(first[1]), { force: true }).apply('w', {}, { force: true });
        t.deepEqual(told(restored.spec), told(alone.spec), 'who applies again and is left alone has what he had');
      },
    ),
    { numRuns: 200 },
  );
});

/** What a value says beside order and emptied containers: who came first decides the order, and an owner keeps `{}`. */
const told = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(told(item))).sort();
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, told(item)] as const);
  const full = entries.filter(([, item]) => !['{}', '[]', 'null'].includes(JSON.stringify(item)));
  return Object.fromEntries(full.sort(([a], [b]) => (a < b ? -1 : 1)));
};

const elements = fc.constantFrom('f:a', 'f:b', 'k:{"n":1}', 'v:"x"', 'i:0');
const { set } = fc.letrec<{ node: FieldSet; set: FieldSet }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constant({}),
    fc.dictionary(elements, tie('node'), { minKeys: 1, maxKeys: 3 }),
    fc.dictionary(elements, tie('node'), { minKeys: 1, maxKeys: 3 }).map((below) => ({ '.': {}, ...below })),
  ),
  set: fc.dictionary(elements, tie('node'), { maxKeys: 3 }),
}));

test('laws of sets', (t) => {
  const paths = (fields: FieldSet): string[] => [...pathsOf(fields)].map((path) => path.join('/')).sort();
  fc.assert(
    fc.property(set, set, (a, b) => {
      const inB = new Set(paths(b));
      t.deepEqual(paths(union(a, b)), [...new Set([...paths(a), ...paths(b)])].sort());
      t.deepEqual(
        paths(intersection(a, b)),
        paths(a).filter((path) => inB.has(path)),
      );
      t.deepEqual(
        paths(difference(a, b)),
        paths(a).filter((path) => !inB.has(path)),
      );
      t.deepEqual(
        paths(without(a, b)),
        paths(a).filter((path) => ![...inB].some((gone) => path === gone || path.startsWith(`${gone}/`))),
      );
      t.is(
        isSubset(a, b),
        paths(a).every((path) => inB.has(path)),
      );
      t.is(isEmptySet(a), paths(a).length === 0);
    }),
  );
});
