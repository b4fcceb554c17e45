import fc from 'fast-check';
import type { StructuralSchema } from '../../src/apimachinery/structural/schema.js';
import { type Json, ODD, withAt } from './values.js';

/** What a node of a schema may be changed to say: often too much, or what does not fit the rest of it. */
const KEYWORDS: readonly (readonly [name: string, values: readonly unknown[]])[] = [
  ['type', ['strin', '', 'array', 'object', 'string', 'integer', undefined]],
  ['default', ['a', 0, {}, [], { surplus: 1 }, null]],
  ['nullable', [true]],
  ['required', [['zz'], ['a', 'a']]],
  ['enum', [['a', 'a'], [1], [null]]],
  ['pattern', ['(', '[a', '']],
  ['format', ['odd', 'date', '']],
  ['minimum', [1, 1.5]],
  ['exclusiveMinimum', [true]],
  ['maxLength', [-1, 0, 3]],
  ['minItems', [-1, 2]],
  ['multipleOf', [0, -1, 2]],
  ['items', [undefined, {}, { type: 'string' }, [{ type: 'string' }]]],
  ['properties', [{ z: {} }, { z: { type: 'string' } }]],
  ['additionalProperties', [true, false, {}, { type: 'string' }]],
  ['x-kubernetes-list-type', ['map', 'set', 'odd', 'atomic']],
  ['x-kubernetes-list-map-keys', [['k'], ['zz'], ['k', 'k']]],
  ['x-kubernetes-map-type', ['atomic', 'granular', 'odd']],
  ['x-kubernetes-preserve-unknown-fields', [false, true]],
  ['x-kubernetes-int-or-string', [true, false]],
  ['x-kubernetes-embedded-resource', [true, false]],
  ['uniqueItems', [true, false]],
  [
    'allOf',
    [[{ type: 'string' }], [{ default: 1 }], [{ properties: { zz: { minimum: 1 } } }], [{}], [{ nullable: true }]],
  ],
  ['anyOf', [[{ type: 'integer' }, { type: 'string' }], [{ description: 'd' }], [{ items: { minLength: 1 } }]]],
  ['not', [{}, { required: ['zz'] }, { additionalProperties: true }, { 'x-kubernetes-list-type': 'set' }]],
  ['$ref', ['#/definitions/x']],
  ['id', ['x']],
  ['definitions', [{ x: { type: 'string' } }]],
  ['dependencies', [{ a: ['b'] }]],
  ['patternProperties', [{ a: { type: 'string' } }]],
  ['title', ['a title']],
  ['description', ['what it is']],
  ['example', [{ a: 1 }, 'x']],
  ['externalDocs', [{ url: 'https://example.com' }]],
];

const RULES: readonly Json[] = [
  { rule: '' },
  { rule: ' ' },
  { rule: 'nobody' },
  { rule: 'self' },
  { rule: '1' },
  { rule: "'a' + 1" },
  { rule: 'true', message: ' ' },
  { rule: 'true', message: 'two\nlines' },
  { rule: 'true\n', message: 'one' },
  { rule: 'true &&\ntrue' },
  { rule: 'true', reason: 'Odd' },
  { rule: 'true', fieldPath: '.none' },
  { rule: 'true', fieldPath: 'a' },
  { rule: 'true', fieldPath: '' },
  { rule: 'true', messageExpression: '1' },
  { rule: 'true', messageExpression: 'nobody' },
  { rule: 'true', messageExpression: ' ' },
  { rule: 'true', optionalOldSelf: true },
  { rule: 'self == oldSelf' },
  { rule: 'oldSelf.hasValue()', optionalOldSelf: true },
  { rule: 'has(self.a)' },
  { rule: 'self.all(x, x)' },
  { rule: 'size(self) > 0' },
  { message: 'no rule' },
];

const change: fc.Arbitrary<readonly [name: string, value: unknown]> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .constantFrom(...KEYWORDS)
      .chain(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const)),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...RULES).map((rule) => ['x-kubernetes-validations', [rule]] as const),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...KEYWORDS.filter(([name]) => name !== 'items')), ODD)
      .map(([[name], value]) => [name, value] as const),
  },
);

/** The ways to the nodes of a schema. */
function nodesOf({ properties = {}, items, additionalProperties }: StructuralSchema): readonly (readonly string[])[] {
  const below = (name: string, child: StructuralSchema) => nodesOf(child).map((path) => [name, ...path]);
  return [
    [],
    ...Object.entries(properties).flatMap(([name, child]) => below(name, child).map((path) => ['properties', ...path])),
    ...(items ? below('items', items) : []),
    ...(typeof additionalProperties === 'object' ? below('additionalProperties', additionalProperties) : []),
  ];
}

/** A schema with something else said in one of its nodes. */
export const spoilt = (schema: StructuralSchema): fc.Arbitrary<unknown> =>
  fc
    .tuple(fc.constantFrom(...nodesOf(schema)), change)
    .map(([path, [name, value]]) => withAt(schema, [...path, name], value));
