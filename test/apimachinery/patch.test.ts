import test from 'ava';
import fc from 'fast-check';
import { deepFreeze } from '../../src/apimachinery/clone.js';
import type { JsonObject } from '../../src/apimachinery/json.js';
import { jsonPatch } from '../../src/apimachinery/patch/json-patch.js';
import { mergePatch } from '../../src/apimachinery/patch/merge-patch.js';
import { PatchError } from '../../src/apimachinery/patch/patch-error.js';
import { strategicMergePatch } from '../../src/apimachinery/patch/strategic-merge-patch.js';
import type { StructuralSchema } from '../../src/apimachinery/structural/schema.js';

const rfc6902 = test.macro({
  exec: (t, target: unknown, operations: unknown, expected: unknown) =>
    t.deepEqual(jsonPatch(deepFreeze(target), deepFreeze(operations)), expected),
  title: (name = '') => `JSON patch: ${name}`,
});
const add = (path: string, value: unknown) => ({ op: 'add', path, value });

test('add a member', rfc6902, { a: 1 }, [add('/b', 2)], { a: 1, b: 2 });
test('add before a position and at the end', rfc6902, { a: [1] }, [add('/a/0', 0), add('/a/-', 2)], { a: [0, 1, 2] });
test('escaped member names', rfc6902, { a: {} }, [add('/a/x~1y~0z', 1)], { a: { 'x/y~z': 1 } });
test(
  'remove',
  rfc6902,
  { a: [1, 2], b: 1 },
  [
    { op: 'remove', path: '/a/0' },
    { op: 'remove', path: '/b' },
  ],
  { a: [2] },
);
test('replace', rfc6902, { a: { b: 1 } }, [{ op: 'replace', path: '/a/b', value: null }], { a: { b: null } });
test('replace adds what is missing', rfc6902, {}, [{ op: 'replace', path: '/a', value: 1 }], { a: 1 });
test('an operation without a value means null', rfc6902, {}, [{ op: 'add', path: '/a' }], { a: null });
test('what is missing passes for null', rfc6902, { a: 1 }, [{ op: 'test', path: '/b', value: null }], { a: 1 });
test('a copy of what is missing is null', rfc6902, {}, [{ op: 'copy', from: '/a', path: '/b' }], { b: null });
test('negative positions count from the end', rfc6902, { a: [1, 2] }, [{ op: 'remove', path: '/a/-1' }], { a: [1] });
test('move', rfc6902, { a: 1 }, [{ op: 'move', from: '/a', path: '/b' }], { b: 1 });
test(
  'a copy is independent of its source',
  rfc6902,
  { a: { c: 1 } },
  [{ op: 'copy', from: '/a', path: '/b' }, add('/b/c', 2)],
  { a: { c: 1 }, b: { c: 2 } },
);
test('an inserted value is not shared with the patch', rfc6902, {}, [add('/a', {}), add('/a/b', 1)], { a: { b: 1 } });
test('a passing test changes nothing', rfc6902, { a: [1] }, [{ op: 'test', path: '/a', value: [1] }], { a: [1] });

test('positions are read as Go reads numbers', rfc6902, { a: [1] }, [add('/a/01', 2), add('/a/+0', 0)], {
  a: [0, 1, 2],
});
test('what stands before the first slash is not looked at', rfc6902, {}, [add('x/a', 1)], { a: 1 });
test('lists may be entered from the end', rfc6902, [{}, {}], [add('/-1/a', 1)], [{}, { a: 1 }]);
test(
  'members named __proto__ are members like any other',
  rfc6902,
  {},
  [add('/__proto__', {}), add('/__proto__/a', 1), { op: 'copy', from: '/__proto__', path: '/b' }],
  JSON.parse('{"__proto__":{"a":1},"b":{"a":1}}'),
);

const refuses = test.macro({
  exec: (t, target: unknown, operations: unknown, reason: PatchError['reason'] = 'Inapplicable') => {
    const error = t.throws(() => jsonPatch(deepFreeze(target), operations), { instanceOf: PatchError });
    t.is(error.reason, reason);
  },
  title: (name = '') => `JSON patch refuses ${name}`,
});
test('a failing test', refuses, { a: 1 }, [add('/b', 1), { op: 'test', path: '/a', value: 2 }]);
test('to add below what is missing', refuses, {}, [add('/a/b', 1)]);
test('to add below what is neither object nor list', refuses, { a: 1 }, [add('/a/b', 1)]);
test('to remove what is missing', refuses, { a: {} }, [{ op: 'remove', path: '/a/b' }]);
test('to replace below what is missing', refuses, {}, [{ op: 'replace', path: '/a/b', value: 1 }]);
test('to move what is missing', refuses, {}, [{ op: 'move', from: '/a', path: '/b' }]);
test('to move something into itself', refuses, { a: { b: 1 } }, [{ op: 'move', from: '/a', path: '/a/b' }]);
test('a position beyond the end', refuses, { a: [] }, [add('/a/1', 1)]);
test('a position before the beginning', refuses, { a: [] }, [add('/a/-2', 1)]);
test('a position that is no number', refuses, { a: [1] }, [{ op: 'remove', path: '/a/-' }]);
test('to add the whole document', refuses, {}, [add('', 1)]);
test(
  'copies of copies without end',
  refuses,
  { a: { b: 'x' } },
  Array.from({ length: 60 }, (_, at) => ({ op: 'copy', from: '/a', path: `/a/${at}` })),
);
test('unknown operations', refuses, {}, [{ op: 'merge', path: '/a' }]);
test('a path that is none', refuses, {}, [add('a', 1)]);
test('what is not a list', refuses, {}, { op: 'add' }, 'Malformed');
test('too many operations', refuses, {}, Array(10_001).fill(add('/a', 1)), 'TooLarge');
test('JSON patch refuses to reach into prototypes', (t) => {
  t.throws(() => jsonPatch({}, [add('/__proto__/polluted', 1)]), { instanceOf: PatchError });
  t.false('polluted' in {});
});

const rfc7386 = test.macro({
  exec: (t, target: unknown, patch: unknown, expected: unknown) =>
    t.deepEqual(mergePatch(deepFreeze(target), deepFreeze(patch)), expected),
  title: (name = '') => `merge patch: ${name}`,
});
test(
  'members are merged, null removes',
  rfc7386,
  { a: { b: 1, c: 2 }, d: [1] },
  { a: { b: null, e: 3 }, d: [2] },
  { a: { c: 2, e: 3 }, d: [2] },
);
test(
  'a scalar gives way to an object without its nulls',
  rfc7386,
  { a: 1 },
  { a: { b: { c: null } } },
  { a: { b: {} } },
);
test('a target that is no object is replaced', rfc7386, [1], { a: 1 }, { a: 1 });

const port: StructuralSchema = {
  type: 'object',
  properties: { containerPort: { type: 'integer' }, name: { type: 'string' } },
};
const POD: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        containers: {
          type: 'array',
          'x-kubernetes-patch-strategy': 'merge',
          'x-kubernetes-patch-merge-key': 'name',
          items: {
            type: 'object',
            properties: {
              ports: {
                type: 'array',
                'x-kubernetes-patch-strategy': 'merge',
                'x-kubernetes-patch-merge-key': 'containerPort',
                items: port,
              },
              args: { type: 'array', items: { type: 'string' } },
            },
          },
        },
        strategy: { type: 'object', 'x-kubernetes-patch-strategy': 'retainKeys' },
        whole: { type: 'object', 'x-kubernetes-patch-strategy': 'replace' },
        tolerations: { type: 'array', items: { type: 'object' } },
      },
    },
  },
};

const named = (...names: string[]): JsonObject[] => names.map((name) => ({ name }));
const strategic = test.macro({
  exec: (t, original: JsonObject, patch: JsonObject, expected: JsonObject) =>
    t.deepEqual(strategicMergePatch(POD, deepFreeze({ spec: original }), deepFreeze({ spec: patch })), {
      spec: expected,
    }),
  title: (name = '') => `strategic merge: ${name}`,
});
const items = (...containers: JsonObject[]) => ({ containers });
test(
  'items are merged by key',
  strategic,
  items({ name: 'a', image: '1', args: ['x'] }, { name: 'b' }),
  items({ name: 'a', image: '2' }),
  items({ name: 'a', image: '2', args: ['x'] }, { name: 'b' }),
);
test(
  'patched items come first, as Kubernetes does',
  strategic,
  items(...named('a', 'b')),
  items({ name: 'c' }),
  items(...named('c', 'a', 'b')),
);
test(
  'a list without a strategy is replaced',
  strategic,
  { tolerations: [{ key: 'a' }] },
  { tolerations: [{ key: 'b' }] },
  { tolerations: [{ key: 'b' }] },
);
test(
  'nested lists are merged by their own key',
  strategic,
  items({ name: 'a', ports: [{ containerPort: 1, name: 'x' }] }),
  items({ name: 'a', ports: [{ containerPort: 1, name: 'y' }, { containerPort: 2 }] }),
  items({ name: 'a', ports: [{ containerPort: 1, name: 'y' }, { containerPort: 2 }] }),
);
test(
  'an item is deleted by its key',
  strategic,
  items(...named('a', 'b')),
  items({ $patch: 'delete', name: 'a' }),
  items({ name: 'b' }),
);
test(
  'a list is replaced by directive',
  strategic,
  items(...named('a', 'b')),
  items({ $patch: 'replace' }, { name: 'c' }),
  items({ name: 'c' }),
);
test(
  'a map is replaced by directive',
  strategic,
  { strategy: { a: 1 } },
  { strategy: { $patch: 'replace', b: 1 } },
  { strategy: { b: 1 } },
);
test(
  'a map is emptied by directive',
  strategic,
  { strategy: { a: 1 } },
  { strategy: { $patch: 'delete' } },
  { strategy: {} },
);
test(
  'a map with the replace strategy is replaced',
  strategic,
  { whole: { a: 1 } },
  { whole: { b: 1 } },
  { whole: { b: 1 } },
);
test(
  'only retained keys stay',
  strategic,
  { strategy: { type: 'RollingUpdate', rollingUpdate: {} } },
  { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
  { strategy: { type: 'Recreate' } },
);
test(
  'an order is followed, live items keep their place',
  strategic,
  items(...named('a', 'b', 'c', 'd')),
  { '$setElementOrder/containers': named('d', 'a', 'e'), containers: named('e') },
  items(...named('b', 'c', 'd', 'a', 'e')),
);
test(
  'an order alone reorders',
  strategic,
  items(...named('a', 'b')),
  { '$setElementOrder/containers': named('b', 'a') },
  items(...named('b', 'a')),
);
test(
  'null removes, a null without a counterpart means nothing',
  strategic,
  { a: 1 },
  { a: null, b: { c: null, d: 1 } },
  { b: { d: 1 } },
);
test(
  'an item that is new loses its directives',
  strategic,
  items({ name: 'a' }),
  items({ name: 'b', '$setElementOrder/ports': [], ports: [{ $patch: 'delete', containerPort: 1 }] }),
  items({ name: 'b', ports: [] }, { name: 'a' }),
);

test('strategic merge: finalizers are a set of scalars', (t) => {
  const merged = strategicMergePatch({ type: 'object' }, deepFreeze({ metadata: { finalizers: ['a', 'b'] } }), {
    metadata: {
      '$deleteFromPrimitiveList/finalizers': ['a'],
      '$setElementOrder/finalizers': ['b', 'c'],
      finalizers: ['c'],
    },
  });
  t.deepEqual(merged, { metadata: { finalizers: ['b', 'c'] } });
});

const refusesStrategic = test.macro({
  exec: (t, patch: JsonObject, message: RegExp) => {
    const error = t.throws(
      () => strategicMergePatch(POD, { spec: { containers: named('a'), strategy: {} } }, { spec: patch }),
      { instanceOf: PatchError },
    );
    t.regex(error.message, message);
  },
  title: (name = '') => `strategic merge refuses ${name}`,
});
test(
  'an item without its key',
  refusesStrategic,
  items({ image: 'x' }),
  /^map: .* does not contain declared merge key: name$/,
);
test('an unknown directive', refusesStrategic, { strategy: { $patch: 'frob' } }, /^unknown patch type: frob in map/);
test(
  'items outside the order they come with',
  refusesStrategic,
  { '$setElementOrder/containers': named('b', 'a'), containers: named('a', 'b') },
  /doesn't match \$setElementOrder list/,
);
test(
  'members that are not retained',
  refusesStrategic,
  { strategy: { $retainKeys: ['a'], b: 1 } },
  /^invalid patch format of retainKeys$/,
);

test('a merge patch is idempotent once its lists meet lists, and changes nothing in place', (t) => {
  const json = fc.object({
    maxDepth: 3,
    key: fc.constantFrom('a', 'b', 'c'),
    values: [fc.integer(), fc.constant(null), fc.string()],
  });
  fc.assert(
    fc.property(json, json, (target, patch) => {
      const once = mergePatch(deepFreeze(target), deepFreeze(patch));
      const twice = mergePatch(deepFreeze(once), patch);
      t.deepEqual(mergePatch(deepFreeze(twice), patch), twice);
    }),
  );
});

test('strategic merge patch: lists without end are merged in one go through them', (t) => {
  const names = Array.from({ length: 200_000 }, (_, at) => ({ name: `n${at}` }));
  const schema: StructuralSchema = {
    type: 'object',
    properties: {
      a: {
        type: 'array',
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'name',
        items: { type: 'object', properties: { name: { type: 'string' } } },
      },
    },
  };
  const patched = strategicMergePatch(schema, { a: names.toReversed() }, { '$setElementOrder/a': names, a: names });
  t.deepEqual((patched as { a: unknown }).a, names);
});
