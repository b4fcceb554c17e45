import fc from 'fast-check';
import { type FuzzKind, pathOf } from './fuzz-kind.js';
import { type Json, METADATA, mostly, NAMES, ODD, RARE_METADATA, some, withAt } from './values.js';

export const MANAGERS = mostly(fc.constantFrom('one', 'two'), fc.constantFrom('', 'm'.repeat(129), 'a\nb'), 30);
export const WRITE_OPTIONS = {
  dryRun: mostly(fc.constant('All'), fc.constantFrom('', 'None')),
  fieldValidation: mostly(fc.constantFrom('Strict', 'Warn', 'Ignore'), fc.constantFrom('', 'Loud')),
  fieldManager: MANAGERS,
  pretty: fc.constant('true'),
  surplus: fc.constant('x'),
};

type Query = Readonly<Record<string, string>>;
export const asQuery = (options: Json): Query => options as Query; // every arbitrary of a query gives strings

/** Most requests name no option. */
export const WRITE_QUERY = mostly(
  fc.constant<Query>({}),
  fc
    .oneof(
      some({ fieldValidation: WRITE_OPTIONS.fieldValidation }),
      some({ dryRun: WRITE_OPTIONS.dryRun }),
      some(WRITE_OPTIONS),
    )
    .map(asQuery),
  2,
);

const pointerPath = (pointer: string): readonly string[] => pointer.split('/').slice(1);

/** A body with an odd value somewhere, once in a while. */
export const oddly = (kind: FuzzKind, body: fc.Arbitrary<Json>, also: readonly string[] = []): fc.Arbitrary<unknown> =>
  mostly(
    body,
    fc
      .tuple(body, fc.constantFrom(...kind.pointers, '/metadata/labels', '/metadata/annotations/x', ...also), ODD)
      .map(([object, pointer, value]) => withAt(object, pointerPath(pointer), value)),
    6,
  );

export const metadataOf = (name: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc
    .tuple(METADATA, mostly(fc.constant({}), RARE_METADATA, 6), name)
    .map(([usual, rare, named]) => ({ ...usual, ...named, ...rare }));

export const NAMED = NAMES.map((name): Json => ({ name }));
/** Never the same prefix twice: what follows it is random. */
export const GENERATED = fc
  .noShrink(fc.integer({ min: 0, max: 2 ** 31 }))
  .map((n): Json => ({ generateName: `gen-${n}-` }));

export const objectOf = (kind: FuzzKind, name: fc.Arbitrary<Json>, content = kind.content): fc.Arbitrary<Json> =>
  fc
    .tuple(metadataOf(name), content)
    .map(([metadata, rest]) => ({ apiVersion: kind.apiVersion, kind: kind.kind, metadata, ...rest }));

export const at = (kind: FuzzKind): fc.Arbitrary<string> =>
  fc
    .tuple(NAMES, kind.hasStatus ? mostly(fc.constant(''), fc.constant('/status'), 4) : fc.constant(''))
    .map(([name, sub]) => pathOf(kind, name) + sub);
