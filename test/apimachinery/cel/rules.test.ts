import test from 'ava';
import { checkRules } from '../../../src/apimachinery/cel/rule-check.js';
import { validateRules } from '../../../src/apimachinery/cel/rules.js';
import type { CelRule, StructuralSchema } from '../../../src/apimachinery/structural/schema.js';
import { validateWithRules } from '../../../src/apimachinery/structural/validate-with-rules.js';

const object = (properties: Record<string, StructuralSchema>, ...rules: CelRule[]): StructuralSchema => ({
  type: 'object',
  properties,
  'x-kubernetes-validations': rules,
});

const kind = (spec: StructuralSchema): StructuralSchema => ({ type: 'object', properties: { spec } });

const problems = (schema: StructuralSchema, value: unknown, old?: unknown): string[] =>
  validateRules(schema, value, old).map(({ field, message }) => `${field}: ${message}`);

const judged = test.macro({
  exec(t, spec: StructuralSchema, value: unknown, expected: readonly string[], old?: unknown) {
    const before = old === undefined ? undefined : { spec: old };
    t.deepEqual(problems(kind(spec), { spec: value }, before), [...expected]);
  },
  title: (title) => `${title}`,
});

const int: StructuralSchema = { type: 'integer' };
const text: StructuralSchema = { type: 'string' };

test('a kept rule says nothing', judged, object({ a: int }, { rule: 'self.a > 0' }), { a: 1 }, []);
test('a broken rule without a message names itself', judged, object({ a: int }, { rule: 'self.a > 0' }), { a: 0 }, [
  'spec: Invalid value: failed rule: self.a > 0',
]);
test(
  'a broken rule says its message',
  judged,
  object({ a: int }, { rule: 'self.a > 0', message: 'a must be positive' }),
  { a: 0 },
  ['spec: Invalid value: a must be positive'],
);
test(
  'a message can be computed, and a failing one falls back',
  judged,
  object(
    { a: int },
    { rule: 'self.a > 0', messageExpression: '"a is %d".format([self.a])', message: 'unused' },
    { rule: 'self.a > 1', messageExpression: '"x".charAt(self.a + 9)', message: 'fallback' },
  ),
  { a: 0 },
  ['spec: Invalid value: a is 0', 'spec: Invalid value: fallback'],
);
test(
  'reason and field path shape the error',
  judged,
  object(
    { a: int },
    { rule: 'has(self.a)', reason: 'FieldValueRequired', fieldPath: '.a', message: 'a is wanted' },
    { rule: 'has(self.a)', reason: 'FieldValueForbidden', message: 'no' },
    { rule: 'has(self.a)', reason: 'FieldValueDuplicate', message: 'twice' },
  ),
  {},
  ['spec.a: Required value: a is wanted', 'spec: Forbidden: no', 'spec: Duplicate value'],
);
test(
  'rules run on every item and every value',
  judged,
  object({
    list: { type: 'array', items: { ...int, 'x-kubernetes-validations': [{ rule: 'self > 0' }] } },
    map: { type: 'object', additionalProperties: { ...text, 'x-kubernetes-validations': [{ rule: 'self != ""' }] } },
  }),
  { list: [1, 0], map: { a: '', b: 'x' } },
  ['spec.list[1]: Invalid value: 0: failed rule: self > 0', 'spec.map[a]: Invalid value: "": failed rule: self != ""'],
);
test(
  'null has no rules of its own',
  judged,
  object({ a: { ...int, nullable: true, 'x-kubernetes-validations': [{ rule: 'false' }] } }),
  { a: null },
  [],
);

const immutable = object({ a: text }, { rule: 'self.a == oldSelf.a', message: 'a is immutable' });
test('a transition rule does not run on create', judged, immutable, { a: 'x' }, []);
test('a transition rule runs on update', judged, immutable, { a: 'x' }, ['spec: Invalid value: a is immutable'], {
  a: 'y',
});
test(
  'an optional old value is none on create',
  judged,
  object({ a: text }, { rule: 'oldSelf.hasValue() || self.a == "first"', optionalOldSelf: true }),
  { a: 'x' },
  ['spec: Invalid value: failed rule: oldSelf.hasValue() || self.a == "first"'],
);
test(
  'what was wrong and did not change is let through',
  judged,
  object({ a: int }, { rule: 'self.a > 0' }),
  { a: 0 },
  [],
  { a: 0 },
);

const growing: StructuralSchema = {
  type: 'array',
  items: object({ name: text, size: int }, { rule: 'self.size >= oldSelf.size', message: 'may not shrink' }),
};
const items = [
  { name: 'b', size: 1 },
  { name: 'a', size: 1 },
];
const before = [
  { name: 'a', size: 2 },
  { name: 'b', size: 1 },
];
test(
  'items of a list map meet their old selves',
  judged,
  object({ list: { ...growing, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] } }),
  { list: items },
  ['spec.list[1]: Invalid value: may not shrink'],
  { list: before },
);
test('items of other lists have no old selves', judged, object({ list: growing }), { list: items }, [], {
  list: before,
});

test(
  'set lists are equal in any order',
  judged,
  object(
    { list: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' } },
    { rule: "self.list == ['b', 'a']" },
  ),
  { list: ['a', 'b'] },
  [],
);
test(
  'numbers, times and durations have the types of their schema',
  judged,
  object(
    { n: { type: 'number' }, t: { type: 'string', format: 'date-time' }, d: { type: 'string', format: 'duration' } },
    { rule: 'self.n / 2.0 == 1.0 && type(self.n) == double' },
    { rule: "self.t > timestamp('2025-01-01T00:00:00Z') && self.d == duration('90s')" },
  ),
  { n: 2, t: '2026-01-01T00:00:00Z', d: '1m30s' },
  [],
);
test(
  'property names are escaped',
  judged,
  object(
    { 'a.b': int, 'c-d': int, 'e/f': int, namespace: int, x__y: int },
    {
      rule: 'self.a__dot__b + self.c__dash__d + self.e__slash__f + self.__namespace__ + self.x__underscores__y == 15',
    },
  ),
  { 'a.b': 1, 'c-d': 2, 'e/f': 3, namespace: 4, x__y: 5 },
  [],
);
test(
  'an integer or string is dynamic',
  judged,
  object(
    { a: { 'x-kubernetes-int-or-string': true } },
    { rule: 'type(self.a) == int ? self.a > 0 : self.a.endsWith("%")' },
    { rule: 'self.a + 1 > 0' },
  ),
  { a: '5%' },
  [
    `spec: Invalid value: "object": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.a + 1 > 0`,
  ],
);
test(
  'a failing evaluation names its rule',
  judged,
  object({ list: { type: 'array', items: int } }, { rule: 'self.list[5] == 1' }),
  { list: [1] },
  ['spec: Invalid value: "object": index out of bounds: 5 evaluating rule: self.list[5] == 1'],
);
test(
  'sets, versions and two-variable comprehensions are there',
  judged,
  object(
    { list: { type: 'array', items: text }, map: { type: 'object', additionalProperties: int } },
    { rule: "sets.contains(self.list, ['a']) && semver('v1.2', true).minor() == 2" },
    { rule: 'self.map.transformMap(k, v, v * 2)["x"] == 4 && self.list.transformList(i, v, i) == [0, 1]' },
    { rule: 'self.map.all(k, v, v > 0) && self.list.exists(i, v, i == 1 && v == "b")' },
  ),
  { list: ['a', 'b'], map: { x: 2 } },
  [],
);

test(
  'a failing evaluation is invalid whatever the reason of the rule',
  judged,
  object({ a: int }, { rule: 'self.a > 0', reason: 'FieldValueForbidden' }),
  {},
  ['spec: Invalid value: "object": no such key: a evaluating rule: self.a > 0'],
);
test(
  'a null member counts as absent',
  judged,
  object({ a: { ...text, nullable: true } }, { rule: 'has(self.a)', message: 'a is wanted' }),
  { a: null },
  ['spec: Invalid value: a is wanted'],
);
test(
  'adding to a set gives a set',
  judged,
  object(
    { list: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' } },
    { rule: "self.list + ['c'] == ['c', 'b', 'a']" },
  ),
  { list: ['a', 'b'] },
  [],
);
test(
  'unknown members are kept but not seen',
  judged,
  object({ a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }, { rule: 'has(self.a.x)' }),
  { a: { x: 1 } },
  [
    'spec: Invalid value: "object": rule compile error: compilation failed: ERROR: <input>:1:4: undefined field \'x\'\n | has(self.a.x)\n | ...^',
  ],
);
test(
  'a pattern that is none is refused when it is compiled',
  judged,
  object({ a: text }, { rule: "self.a.matches('[')" }),
  { a: 'x' },
  [
    'spec: Invalid value: "object": rule compile error: compilation failed: ERROR: <input>:1:16: invalid matches argument\n | self.a.matches(\'[\')\n | ...............^',
  ],
);

test('a rule of the whole object sees its name and nothing else of its metadata', (t) => {
  const rules = [{ rule: "self.metadata.name.startsWith('a') && self.kind == 'K'", message: 'name' }];
  const schema: StructuralSchema = { type: 'object', properties: {}, 'x-kubernetes-validations': rules };
  t.deepEqual(problems(schema, { kind: 'K', metadata: { name: 'a' } }), []);
  t.deepEqual(problems(schema, { kind: 'K', metadata: { name: 'b' } }), ['<nil>: Invalid value: name']);
  const wrong = { ...schema, 'x-kubernetes-validations': [{ rule: 'has(self.metadata.labels)' }] };
  t.regex(checkRules(wrong, 'schema')[0]?.message ?? '', /undefined field 'labels'/);
});

test('a rule that costs too much ends the evaluation', (t) => {
  const list: StructuralSchema = { type: 'array', items: int };
  const spec = object(
    { list },
    { rule: 'self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))' },
    { rule: 'false' },
  );
  const found = problems(kind(spec), { spec: { list: Array.from({ length: 200 }, (_, at) => at) } });
  t.is(found.length, 1);
  t.regex(
    found[0] ?? '',
    /^spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further/,
  );
});

test('rules are not judged on an object that is broken otherwise', (t) => {
  const schema = kind({ ...object({ a: int, b: text }, { rule: 'self.a > 5' }), required: ['b'] });
  t.deepEqual(
    validateWithRules(schema, { spec: { a: 1 } }, undefined).map(({ field, message }) => `${field}: ${message}`),
    [
      'spec.b: Required value',
      '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ],
  );
  t.is(validateWithRules(schema, { spec: { a: 1, b: '' } }, undefined).length, 1);
});

test('rules of a CRD are checked when it is written', (t) => {
  const schema = kind(
    object(
      { a: int },
      { rule: 'self.b > 0' },
      { rule: 'self.a + 1' },
      { rule: 'self.a > 0', messageExpression: '1' },
      { rule: '' },
    ),
  );
  const found = checkRules(schema, 'spec.versions[0].schema.openAPIV3Schema');
  const place = 'spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations';
  t.deepEqual(
    found.map(({ field }) => field),
    [`${place}[0].rule`, `${place}[1].rule`, `${place}[2].messageExpression`, `${place}[3].rule`],
  );
  t.regex(found[0]?.message ?? '', /compilation failed: ERROR: <input>:1:5: undefined field 'b'/);
  t.regex(found[1]?.message ?? '', /cel expression must evaluate to a bool/);
});
