import fc from 'fast-check';
import { schemaProblems } from '../../src/apimachinery/structural/check-schema.js';
import type { StructuralSchema } from '../../src/apimachinery/structural/schema.js';
import { valuesFor } from './random-value.js';
import { type Json, mostly, some } from './values.js';

const PROPERTY_NAMES = mostly(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.constantFrom('x-y', 'e.f', '__g', 'type', 'namespace', 'items', 'in'),
  8,
);

const FORMATS = ['date', 'date-time', 'email', 'uuid', 'ipv4', 'byte', 'duration', 'hostname', 'uri', 'int-or-string'];
const PATTERNS = ['^[a-z]*$', 'b', '^a|-', '^\\d{4}-', '[[:upper:]]'];

/** Where a node is: how deep it may go, and whether an old value of it can be found. */
interface Place {
  readonly depth: number;
  readonly hasOld: boolean;
}

const rarely = <T>(value: fc.Arbitrary<T>, share = 6): fc.Arbitrary<T | undefined> =>
  mostly(fc.constant(undefined), value, share);

/** The members that were drawn. */
const given = (members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Json> =>
  fc
    .record(members)
    .map((drawn) => Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)));

const text = given({
  type: fc.constant('string'),
  minLength: rarely(fc.constantFrom(0, 1, 2)),
  maxLength: rarely(fc.constantFrom(1, 3, 10), 3),
  pattern: rarely(fc.constantFrom(...PATTERNS)),
  format: rarely(fc.constantFrom(...FORMATS), 4),
  enum: rarely(fc.subarray(['a', 'ab', 'B', ''], { minLength: 1 })),
});

const bounds = {
  minimum: rarely(fc.constantFrom(0, 1, 2)),
  maximum: rarely(fc.constantFrom(2, 5)),
  exclusiveMinimum: rarely(fc.boolean()),
  exclusiveMaximum: rarely(fc.boolean()),
};

const integer = given({
  type: fc.constant('integer'),
  format: rarely(fc.constantFrom('int32', 'int64'), 3),
  ...bounds,
  multipleOf: rarely(fc.constantFrom(1, 2)),
  enum: rarely(fc.subarray([1, 2, 5], { minLength: 1 }), 8),
});

const number = given({
  type: fc.constant('number'),
  format: rarely(fc.constantFrom('float', 'double')),
  ...bounds,
  multipleOf: rarely(fc.constantFrom(0.5, 1)),
});

const scalar: fc.Arbitrary<Json> = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 4, arbitrary: integer },
  { weight: 2, arbitrary: number },
  { weight: 1, arbitrary: fc.constant({ type: 'boolean' }) },
);

const open: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  { 'x-kubernetes-int-or-string': true },
  { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
  { 'x-kubernetes-int-or-string': true, maximum: 5, pattern: '^a' },
  { 'x-kubernetes-preserve-unknown-fields': true },
  { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-embedded-resource': true },
);

const object = ({ depth, hasOld }: Place): fc.Arbitrary<Json> =>
  fc
    .tuple(
      fc.dictionary(PROPERTY_NAMES, nodeAt({ depth: depth - 1, hasOld }), { minKeys: 1, maxKeys: 4 }),
      given({
        minProperties: rarely(fc.constantFrom(0, 1), 8),
        maxProperties: rarely(fc.constantFrom(1, 3), 8),
        'x-kubernetes-map-type': rarely(fc.constantFrom('atomic', 'granular')),
        'x-kubernetes-preserve-unknown-fields': rarely(fc.constant(true), 8),
      }),
    )
    .chain(([properties, rest]) =>
      rarely(fc.subarray(Object.keys(properties)), 3).map((required) => ({
        type: 'object',
        properties,
        ...(required && required.length > 0 && { required }),
        ...rest,
      })),
    );

const map = ({ depth, hasOld }: Place): fc.Arbitrary<Json> =>
  given({
    type: fc.constant('object'),
    additionalProperties: nodeAt({ depth: depth - 1, hasOld }),
    minProperties: rarely(fc.constant(1), 8),
    maxProperties: rarely(fc.constantFrom(1, 2)),
  });

const sizes = { minItems: rarely(fc.constantFrom(0, 1), 8), maxItems: rarely(fc.constantFrom(1, 2, 4), 3) };

const list = ({ depth }: Place): fc.Arbitrary<Json> =>
  given({
    type: fc.constant('array'),
    items: nodeAt({ depth: depth - 1, hasOld: false }),
    'x-kubernetes-list-type': rarely(fc.constant('atomic')),
    ...sizes,
  });

const set: fc.Arbitrary<Json> = given({
  type: fc.constant('array'),
  items: scalar,
  'x-kubernetes-list-type': fc.constant('set'),
  ...sizes,
});

const KEYS = ['k', 'l'];

const keyedList = ({ depth, hasOld }: Place): fc.Arbitrary<Json> =>
  fc
    .tuple(
      fc.constantFrom<Json[]>({ type: 'string' }, { type: 'integer' }, { type: 'string', enum: ['a', 'ab'] }),
      rarely(fc.constant({ type: 'string', default: 'a' }), 3),
      fc.dictionary(PROPERTY_NAMES, nodeAt({ depth: depth - 1, hasOld }), { maxKeys: 2 }),
      given(sizes),
    )
    .map(([first, second, rest, limits]) => ({
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': second ? KEYS : ['k'],
      items: {
        type: 'object',
        required: ['k'],
        properties: { k: first, ...(second && { l: second }), ...rest },
      },
      ...limits,
    }));

/** Further conditions on a value, as they may stand under `allOf`, `anyOf`, `oneOf` and `not`. */
function conditionOn({ type, properties }: StructuralSchema): fc.Arbitrary<Json> | undefined {
  if (type === 'string') {
    return fc.constantFrom<Json[]>(
      { minLength: 2 },
      { maxLength: 2 },
      { pattern: 'b' },
      { enum: ['a', 'B'] },
      { format: 'date' },
    );
  }
  if (type === 'integer' || type === 'number') {
    return fc.constantFrom<Json[]>({ minimum: 2 }, { maximum: 1 }, { multipleOf: 2 }, { enum: [1, 2] });
  }
  if (type === 'array') return fc.constantFrom<Json[]>({ minItems: 1 }, { maxItems: 1 });
  const names = Object.keys(properties ?? {});
  if (type !== 'object' || names.length === 0) return undefined;
  return fc.oneof(
    fc.subarray(names, { minLength: 1 }).map((required): Json => ({ required })),
    fc.constantFrom(...names).chain((name) => {
      const below = conditionOn(properties?.[name] ?? {});
      return (below ?? fc.constant({})).map((condition): Json => ({ properties: { [name]: condition } }));
    }),
  );
}

const JUNCTORS = ['allOf', 'anyOf', 'oneOf'];

const withConditions = (schema: Json): fc.Arbitrary<Json> => {
  const condition = conditionOn(schema);
  if (!condition) return fc.constant(schema);
  const added = fc.oneof(
    fc
      .tuple(fc.constantFrom(...JUNCTORS), fc.array(condition, { minLength: 1, maxLength: 2 }))
      .map(([name, parts]): Json => ({ [name]: parts })),
    condition.map((not): Json => ({ not })),
  );
  return mostly(fc.constant({}), added, 8).map((more) => ({ ...schema, ...more }));
};

/** Cheap ones: their cost is nobody's difference. */
function rulesOn({ type, properties, ...rest }: StructuralSchema, hasOld: boolean): readonly string[] {
  const old = (rule: string): readonly string[] => (hasOld ? [rule] : []);
  if (type === 'string') return ["self != 'ab'", 'self.size() < 4', "self.startsWith('a')", ...old('self == oldSelf')];
  if (type === 'integer') return ['self > 0', 'self % 2 == 0', '10 / self > 1', ...old('self >= oldSelf')];
  if (type === 'number') return ['self < 2.0', ...old('self == oldSelf')];
  if (type === 'boolean') return ['self', ...old('self || !oldSelf')];
  if (type === 'array') return ['self.size() != 1', ...old('self.size() >= oldSelf.size()')];
  const names = Object.keys(properties ?? {}).filter((name) => /^[a-d]$/.test(name));
  if (type !== 'object' || rest['x-kubernetes-embedded-resource']) return [];
  if (names.length === 0) return ['self.size() < 2'];
  return names.flatMap((name) => [`has(self.${name})`, ...old(`has(self.${name}) || !has(oldSelf.${name})`)]);
}

const withRules = (schema: Json, { hasOld }: Place): fc.Arbitrary<Json> => {
  const rules = rulesOn(schema, hasOld);
  if (rules.length === 0) return fc.constant(schema);
  const validation = fc
    .tuple(
      fc.constantFrom(...rules),
      some({
        message: fc.constantFrom('so it is', 'odd < "even"'),
        reason: fc.constantFrom(
          'FieldValueInvalid',
          'FieldValueForbidden',
          'FieldValueRequired',
          'FieldValueDuplicate',
        ),
        messageExpression: fc.constant("'computed ' + 'here'"),
      }),
    )
    .map(([rule, rest]) => ({ rule, ...rest }));
  return mostly(
    fc.constant({}),
    fc
      .uniqueArray(validation, { minLength: 1, maxLength: 2, selector: ({ rule }) => rule })
      .map((one) => ({ 'x-kubernetes-validations': one })),
    6,
  ).map((more) => ({ ...schema, ...more }));
};

/** A default that would be refused is left out. */
const withDefault = (schema: Json): fc.Arbitrary<Json> =>
  mostly(
    fc.constant(schema),
    valuesFor(schema).map((value) => {
      const whole = { ...schema, default: value };
      return schemaProblems({ type: 'object', properties: { x: whole } }, '').length === 0 ? whole : schema;
    }),
    4,
  );

/** A structural schema that is refused nowhere, for an object's `spec` or `status`. */
export const randomSchema = (depth: number): fc.Arbitrary<StructuralSchema> =>
  object({ depth, hasOld: true })
    .chain(withConditions)
    .chain((schema) => withRules(schema, { depth, hasOld: true }));

function nodeAt(place: Place): fc.Arbitrary<Json> {
  const { depth } = place;
  const below = [
    { weight: 4, arbitrary: fc.constant(object) },
    { weight: 2, arbitrary: fc.constant(map) },
    { weight: 2, arbitrary: fc.constant(list) },
    { weight: 2, arbitrary: fc.constant(keyedList) },
  ];
  const flat = fc.oneof(
    { weight: 12, arbitrary: scalar },
    { weight: 2, arbitrary: open },
    { weight: 1, arbitrary: set },
  );
  const shape =
    depth === 0
      ? flat
      : fc.oneof(
          { weight: 12, arbitrary: flat },
          { weight: 10, arbitrary: fc.oneof(...below).chain((make) => make(place)) },
        );
  return shape
    .chain(withConditions)
    .chain((schema) => withRules(schema, place))
    .chain((schema) => mostly(fc.constant(schema), fc.constant({ ...schema, nullable: true }), 6))
    .chain(withDefault);
}
