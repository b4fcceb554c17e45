import test from 'ava';
import fc from 'fast-check';
import { cloneJson, deepFreeze } from '../../src/apimachinery/clone.js';
import { schemaProblems } from '../../src/apimachinery/structural/check-schema.js';
import { applyDefaults } from '../../src/apimachinery/structural/default.js';
import { formatFieldError } from '../../src/apimachinery/structural/field-error.js';
import { prune } from '../../src/apimachinery/structural/prune.js';
import type { StructuralSchema } from '../../src/apimachinery/structural/schema.js';
import { validate, validateUpdate } from '../../src/apimachinery/structural/validate.js';

const object = (properties: Record<string, StructuralSchema>, more: StructuralSchema = {}): StructuralSchema => ({
  type: 'object',
  properties,
  ...more,
});
const inSpec = (x: StructuralSchema): StructuralSchema => object({ spec: object({ x }) });
const list = (items: StructuralSchema, more: StructuralSchema = {}): StructuralSchema => ({
  type: 'array',
  items,
  ...more,
});

const errorsOf = (schema: StructuralSchema, x: unknown): string[] =>
  validate(deepFreeze(inSpec(schema)), deepFreeze({ spec: { x } })).map(formatFieldError);

const says = test.macro({
  exec: (t, schema: StructuralSchema, x: unknown, ...expected: string[]) => t.deepEqual(errorsOf(schema, x), expected),
  title: (name = '') => `validation: ${name}`,
});

const invalid = (value: string, detail: string): string => `spec.x: Invalid value: ${value}: spec.x in body ${detail}`;

test(
  'a wrong type is named with the type it has',
  says,
  { type: 'integer' },
  'a',
  invalid('"string"', 'must be of type integer: "string"'),
);
test(
  'a fraction is not an integer',
  says,
  { type: 'integer' },
  1.5,
  invalid('"number"', 'must be of type integer: "number"'),
  '<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.x',
);
test('a whole number is a number and 1.0 an integer', says, { type: 'number' }, 1);
test('null is refused', says, { type: 'string' }, null, invalid('"null"', 'must be of type string: "null"'));
test('null is right where nullable', says, { type: 'string', nullable: true }, null);
test(
  'an object where a date belongs blames the format',
  says,
  { type: 'string', format: 'date-time' },
  {},
  invalid('""', 'must be of type date-time: ""'),
);
test('int-or-string takes both', says, { 'x-kubernetes-int-or-string': true }, '50%');
test(
  'int-or-string names both',
  says,
  { 'x-kubernetes-int-or-string': true },
  true,
  invalid('"boolean"', 'must be of type integer,string: "boolean"'),
);
test('a missing member is required', says, object({}, { required: ['a', 'b'] }), { a: 1 }, 'spec.x.b: Required value');
test(
  'an enum lists what is supported',
  says,
  { type: 'string', enum: ['b', 'c'] },
  'a',
  'spec.x: Unsupported value: "a": supported values: "b", "c"',
);
test(
  'an enum of numbers',
  says,
  { type: 'integer', enum: [1, 2] },
  3,
  'spec.x: Unsupported value: 3: supported values: "1", "2"',
);
test(
  'a long text is not repeated',
  says,
  { type: 'string', maxLength: 2 },
  'abc',
  'spec.x: Too long: may not be more than 2 bytes',
);
test('length counts code points', says, { type: 'string', maxLength: 2, minLength: 2 }, '🙂🙂');
test('a short text', says, { type: 'string', minLength: 1 }, '', invalid('""', 'should be at least 1 chars long'));
test('a pattern is searched, not matched whole', says, { type: 'string', pattern: 'b+' }, 'abc');
test(
  'a pattern that is not found',
  says,
  { type: 'string', pattern: '^b' },
  'abc',
  invalid('"abc"', "should match '^b'"),
);
test('minimum', says, { type: 'integer', minimum: 1 }, 0, invalid('0', 'should be greater than or equal to 1'));
test(
  'exclusive maximum',
  says,
  { type: 'number', maximum: 1.5, exclusiveMaximum: true },
  1.5,
  invalid('1.5', 'should be less than 1.5'),
);
test('multipleOf', says, { type: 'integer', multipleOf: 3 }, 4, invalid('4', 'should be a multiple of 3'));
test('multipleOf a fraction', says, { type: 'number', multipleOf: 0.1 }, 0.3);
test(
  'int32 is a range',
  says,
  { type: 'integer', format: 'int32' },
  2 ** 31,
  '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.x',
);
test('minItems', says, list({ type: 'string' }, { minItems: 1 }), [], invalid('0', 'should have at least 1 items'));
test(
  'maxItems',
  says,
  list({ type: 'string' }, { maxItems: 1 }),
  ['a', 'b'],
  'spec.x: Too many: 2: must have at most 1 item',
);
test(
  'uniqueItems',
  says,
  list({ type: 'string' }, { uniqueItems: true }),
  ['a', 'a'],
  invalid('""', "shouldn't contain duplicates"),
);
test(
  'maxProperties',
  says,
  { type: 'object', maxProperties: 1, additionalProperties: { type: 'string' } },
  { a: '', b: '' },
  'spec.x: Too many: 2: must have at most 1 item',
);
test(
  'minProperties',
  says,
  { type: 'object', minProperties: 1, additionalProperties: { type: 'string' } },
  {},
  invalid('0', 'should have at least 1 properties'),
);
test(
  'items are named by position',
  says,
  list(object({ key: { type: 'string' } })),
  [{ key: 1 }],
  'spec.x[0].key: Invalid value: "integer": spec.x[0].key in body must be of type string: "integer"',
);
test(
  'a repeated key of a map list',
  says,
  list(object({ k: { type: 'string' } }), { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] }),
  [{ k: 'a' }, { k: 'b' }, { k: 'a' }],
  'spec.x[2]: Duplicate value: {"k":"a"}',
);
test(
  'a repeated item of a set',
  says,
  list({ type: 'string' }, { 'x-kubernetes-list-type': 'set' }),
  ['a', 'a', 'a'],
  'spec.x[1]: Duplicate value: "a"',
);
test(
  'anyOf reports the closest alternative',
  says,
  object({}, { anyOf: [{ required: ['a'] }, { required: ['b'] }] }),
  {},
  '<nil>: Invalid value: "": "spec.x" must validate at least one schema (anyOf)',
  'spec.x.a: Required value',
);
test(
  'oneOf with none',
  says,
  object({}, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
  {},
  '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid',
  'spec.x.a: Required value',
);
test(
  'oneOf with two',
  says,
  object({}, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
  { a: 1, b: 1 },
  '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives',
);
test(
  'allOf',
  says,
  { type: 'string', allOf: [{ minLength: 1 }, { maxLength: 3 }] },
  '',
  invalid('""', 'should be at least 1 chars long'),
  '<nil>: Invalid value: "": "spec.x" must validate all the schemas (allOf)',
);
test(
  'not',
  says,
  { type: 'string', not: { enum: ['a'] } },
  'a',
  '<nil>: Invalid value: "": "spec.x" must not validate the schema (not)',
);
test(
  'an embedded resource needs a type',
  says,
  { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  { kind: 'A_b' },
  'spec.x.apiVersion: Required value',
  `spec.x.kind: Invalid value: "A_b": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`,
);
test(
  'the labels of an embedded resource are checked',
  says,
  { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  { apiVersion: 'v1', kind: 'Secret', metadata: { labels: { 'a-': '' } } },
  `spec.x.metadata.labels: Invalid value: "a-": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
);

const CROWD = 300_000;

test('defaults of a list without end are filled in, and what nobody knows is dropped, in one go through it', (t) => {
  const schema = inSpec({ type: 'array', items: object({ a: { type: 'integer', default: 1 } }) });
  const spec = { x: Array.from({ length: CROWD }, () => ({ typo: 1 })) };
  const { value, pruned } = prune(schema, { spec });
  t.is(pruned.length, CROWD);
  t.deepEqual((applyDefaults(schema, value) as typeof value).spec.x.at(-1) as unknown, { a: 1 });
});

test('validation: digits without end are no duration, which one look at them tells', (t) => {
  const digits = '1'.repeat(1_000_000);
  t.is(errorsOf({ type: 'string', format: 'duration' }, digits).length, 1);
});

const FORMATS: readonly [format: string, right: readonly string[], wrong: readonly string[]][] = [
  ['date-time', ['2024-02-29T23:59:59Z', '2024-01-01T00:00:00.123+02:00'], ['2023-02-29T00:00:00Z', '2024-01-01', 'x']],
  ['date', ['2024-02-29'], ['2024-02-30', '24-1-1']],
  ['byte', ['aGVsbG8='], ['a', '*']],
  ['ipv4', ['10.0.0.1', '010.0.0.1'], ['::1', '1.2.3']],
  ['ipv6', ['::1', 'fe80::1'], ['10.0.0.1', '::g']],
  ['cidr', ['10.0.0.0/8', '::/0'], ['10.0.0.0', '10.0.0.0/33']],
  ['uuid', ['6ba7b810-9dad-11d1-80b4-00c04fd430c8'], ['6ba7b810']],
  ['uri', ['https://a.b/c?d', '/path'], ['a b', 'nothing']],
  ['hostname', ['a.example', 'localhost'], ['-a.example', 'a_b']],
  ['duration', ['1h30m', '22 ns'], ['1x', '']],
  ['email', ['a@b.c'], ['a']],
  ['made-up', ['anything'], []],
  ['constructor', ['anything'], []],
];
for (const [format, right, wrong] of FORMATS) {
  test(`validation: format ${format}`, (t) => {
    for (const text of right) t.deepEqual(errorsOf({ type: 'string', format }, text), [], text);
    for (const text of wrong) {
      t.deepEqual(errorsOf({ type: 'string', format }, text), [
        invalid(JSON.stringify(text), `must be of type ${format}: ${JSON.stringify(text)}`),
      ]);
    }
  });
}

test('what was wrong before an update and did not change is let through', (t) => {
  const schema = inSpec(object({ a: { type: 'string', maxLength: 1 }, b: { type: 'string', maxLength: 1 } }));
  const old = { spec: { x: { a: 'long', b: 'long' } } };
  t.deepEqual(validateUpdate(schema, { spec: { x: { a: 'long', b: 'b' } } }, old), []);
  t.deepEqual(
    validateUpdate(schema, { spec: { x: { a: 'longer', b: 'long' } } }, old).map(({ field }) => field),
    ['spec.x.a'],
  );
});

const WIDGET = deepFreeze<StructuralSchema>(
  object({
    spec: object(
      {
        size: { type: 'integer', default: 3 },
        mode: { type: 'string', default: 'Auto', nullable: true },
        plain: { type: 'string' },
        items: list(object({ name: { type: 'string' }, weight: { type: 'integer', default: 1 } })),
        tags: { type: 'object', additionalProperties: { type: 'string', default: 'none' } },
        open: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { inner: object({ a: { type: 'string' } }) },
        },
        template: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: object({}) } },
        nested: object({ deep: { type: 'integer', default: 7 } }, { default: {} }),
      },
      { default: {} },
    ),
  }),
);

test('unknown members are removed and named', (t) => {
  const value = deepFreeze({
    apiVersion: 'v1',
    kind: 'Widget',
    metadata: { name: 'a', foo: 1, labels: { b: 'c' } },
    extra: 1,
    spec: {
      foo: {},
      items: [{ name: 'a', bar: 1 }, { name: 'b' }],
      tags: { a: 'b' },
      open: { anything: { goes: 1 }, inner: { a: 'a', b: 'b' } },
      template: { apiVersion: 'v1', kind: 'X', metadata: { name: 'n', bad: 1 }, spec: { gone: 1 }, gone: 1 },
    },
  });
  const { value: kept, pruned } = prune<unknown>(WIDGET, value);
  t.deepEqual(pruned, [
    'extra',
    'metadata.foo',
    'spec.foo',
    'spec.items[0].bar',
    'spec.open.inner.b',
    'spec.template.gone',
    'spec.template.metadata.bad',
    'spec.template.spec.gone',
  ]);
  t.deepEqual(kept, {
    apiVersion: 'v1',
    kind: 'Widget',
    metadata: { name: 'a', labels: { b: 'c' } },
    spec: {
      items: [{ name: 'a' }, { name: 'b' }],
      tags: { a: 'b' },
      open: { anything: { goes: 1 }, inner: { a: 'a' } },
      template: { apiVersion: 'v1', kind: 'X', metadata: { name: 'n' }, spec: {} },
    },
  });
  t.is(prune(WIDGET, kept).value, kept, 'nothing to remove: the same object');
});

const defaults = test.macro({
  exec: (t, spec: unknown, expected: unknown) =>
    t.deepEqual(applyDefaults<unknown>(WIDGET, deepFreeze({ spec })), { spec: expected }),
  title: (name = '') => `defaults: ${name}`,
});
const FILLED = { size: 3, mode: 'Auto', nested: { deep: 7 } };
test('missing members get theirs, also inside a defaulted object', defaults, {}, FILLED);
test('null with a default and not nullable gets it', defaults, { size: null }, FILLED);
test('null that is nullable stays', defaults, { mode: null }, { ...FILLED, mode: null });
test('null without a default goes', defaults, { plain: null }, FILLED);
test(
  'items get theirs',
  defaults,
  { items: [{}, { weight: 5 }] },
  { ...FILLED, items: [{ weight: 1 }, { weight: 5 }] },
);
test(
  'null values of a map get theirs',
  defaults,
  { tags: { a: null, b: 'b' } },
  { ...FILLED, tags: { a: 'none', b: 'b' } },
);
test('a defaulted object is filled where missing', (t) => {
  t.deepEqual(applyDefaults<unknown>(WIDGET, {}), { spec: FILLED });
});
test('defaults are copies: changing a result changes no other', (t) => {
  const first = applyDefaults<{ spec?: { nested: { deep: number } } }>(WIDGET, {});
  if (first.spec) first.spec.nested.deep = 9;
  t.deepEqual(applyDefaults<unknown>(WIDGET, {}), { spec: FILLED });
});

test('pruning and defaulting twice is as once, and never touch what they are given', (t) => {
  fc.assert(
    fc.property(
      fc.record({
        spec: fc.dictionary(fc.constantFrom('size', 'mode', 'items', 'tags', 'open', 'nested', 'x'), fc.jsonValue()),
      }),
      (input) => {
        const frozen = deepFreeze(cloneJson(input)) as unknown;
        const pruned = prune(WIDGET, frozen).value;
        t.is(prune(WIDGET, pruned).value, pruned);
        t.deepEqual(prune(WIDGET, pruned).pruned, []);
        const filled = applyDefaults(WIDGET, pruned);
        t.is(applyDefaults(WIDGET, filled), filled);
        t.deepEqual(prune(WIDGET, filled).pruned, [], 'defaults are known members');
      },
    ),
  );
});

test('a clone equals its original, shares nothing, and keeps a member named __proto__', (t) => {
  const original: unknown = JSON.parse('{"a":[1,{"b":null}],"__proto__":{"c":1}}');
  const copy = cloneJson(original);
  t.deepEqual(JSON.stringify(copy), JSON.stringify(original));
  t.not(copy, original);
  t.true(Object.isFrozen(deepFreeze({ a: [{ b: {} }] }).a[0]?.b));
});

const refuses = test.macro({
  exec: (t, schema: unknown, ...expected: string[]) =>
    t.deepEqual(schemaProblems(schema, 'x').map(formatFieldError), expected),
  title: (name = '') => `schema of a CRD: ${name}`,
});
const spec = (x: unknown, more: object = {}) => ({
  type: 'object',
  properties: { spec: { type: 'object', properties: { x }, ...more } },
});
const at = 'x.properties[spec].properties[x]';

test('a structural one is taken', refuses, WIDGET);
test('the root needs a type', refuses, {}, 'x.type: Required value: must not be empty at the root');
test(
  'the root is an object',
  refuses,
  { type: 'string' },
  'x.type: Invalid value: "string": must be object at the root',
);
test(
  'every field needs a type',
  refuses,
  spec({}),
  `${at}.type: Required value: must not be empty for specified object fields`,
);
test(
  'items need a type',
  refuses,
  spec({ type: 'array', items: {} }),
  `${at}.items.type: Required value: must not be empty for specified array items`,
);
test('an array needs items', refuses, spec({ type: 'array' }), `${at}.items: Required value: must be specified`);
test(
  'no types inside of junctors',
  refuses,
  spec({ type: 'string', anyOf: [{ type: 'string' }] }),
  `${at}.anyOf[0].type: Forbidden: must be empty to be structural`,
);
test(
  'int-or-string may be told by anyOf',
  refuses,
  spec({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }),
);
test(
  'junctors speak of known fields',
  refuses,
  { ...spec({ type: 'string' }), oneOf: [{ properties: { spec: { properties: { y: {} } } } }] },
  'x.properties[spec].properties[y]: Required value: because it is defined in x.oneOf[0].properties[spec].properties[y]',
);
test(
  'items of a set are not nullable',
  refuses,
  spec({ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string', nullable: true } }),
  `${at}.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set`,
);
test(
  'unknown types',
  refuses,
  spec({ type: 'text' }),
  `${at}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
);
test('no references', refuses, spec({ type: 'object', $ref: '#/x' }), `${at}.$ref: Forbidden: $ref is not supported`);
test(
  'metadata restricts names only',
  refuses,
  { type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } },
  'x.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
);
test(
  'an embedded resource is an object',
  refuses,
  spec({ 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true }),
  `${at}.type: Required value: must be object if x-kubernetes-embedded-resource is true`,
);
test(
  'keys of a map list exist and have a value',
  refuses,
  spec({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a', 'b'],
    items: { type: 'object', properties: { a: { type: 'string' } } },
  }),
  `${at}.items.properties[a].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
  `${at}.x-kubernetes-list-map-keys: Invalid value: ["a","b"]: entries must all be names of item properties`,
);
test(
  'a map list needs keys',
  refuses,
  spec({ type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } }),
  `${at}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
);
test(
  'a set of objects is one of atomic objects',
  refuses,
  spec({ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object' } }),
  `${at}.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set`,
);
test(
  'a default is valid',
  refuses,
  spec({ type: 'integer', default: 'a' }),
  `${at}.default: Invalid value: "string":  in body must be of type integer: "string"`,
);
test(
  'a default has no unknown fields',
  refuses,
  spec({ type: 'object', properties: { a: { type: 'string' } }, default: { b: 1 } }),
  `${at}.default: Invalid value: {"b":1}: must not have unknown fields`,
);
test('a pattern is a regular expression', (t) => {
  t.regex(
    schemaProblems(spec({ type: 'string', pattern: '(' }), 'x')
      .map(formatFieldError)
      .join(),
    /pattern: Invalid value: "\(": must be a valid regular expression, but isn't: /,
  );
});
test(
  'keywords of the wrong type are said before anything else',
  refuses,
  spec({ type: 5, minLength: 'a' }),
  `${at}.type: Invalid value: "integer": must be of type string`,
  `${at}.minLength: Invalid value: "string": must be of type integer`,
);
