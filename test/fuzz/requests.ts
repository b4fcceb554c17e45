import fc from 'fast-check';
import { collectionDeletion, deletion } from './deletion-requests.js';
import { type FuzzKind, pathOf } from './fuzz-kind.js';
import { get, list } from './read-requests.js';
import type { Step } from './step.js';
import { NAMES, optional } from './values.js';
import {
  APPLY,
  apply,
  create,
  edit,
  JSON_PATCH,
  jsonPatch,
  MERGE,
  merge,
  replace,
  STRATEGIC,
} from './write-requests.js';

const RAW = fc.constantFrom(
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '1',
  '{}',
  '{"kind":1}',
  '{"metadata":{"name":"a","name":"b"}}',
  '{"metadata":{"name":"a"},"metadata":{"name":"b"}}',
  '{"a":1}x',
  '{"a" 1}',
  '{"a":1,}',
  '[1 2]',
  '[01]',
  '-',
  '1.x',
  'nil',
  '"a\\x"',
  '"\\u00g0"',
  '"\t"',
  '{"é":é}',
  'a: b',
);

const malformed = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc.oneof(
    fc
      .tuple(RAW, optional(fc.constantFrom('text/plain', '')))
      .map(
        ([raw, type]): Step => ({ method: 'POST', path: kind.collection, raw, ...(type !== undefined && { type }) }),
      ),
    fc.tuple(NAMES, RAW, fc.constantFrom(MERGE, STRATEGIC, JSON_PATCH, APPLY, 'application/json', 'x/y')).map(
      ([name, raw, type]): Step => ({
        method: 'PATCH',
        path: pathOf(kind, name),
        query: { fieldManager: 'one' },
        raw,
        type,
      }),
    ),
    fc.tuple(NAMES, RAW).map(([name, raw]): Step => ({ method: 'PUT', path: pathOf(kind, name), raw })),
    fc.tuple(NAMES, RAW).map(([name, raw]): Step => ({ method: 'DELETE', path: pathOf(kind, name), raw })),
    fc.constantFrom<Step[]>(
      { method: 'POST', path: pathOf(kind, 'a'), body: {} },
      { method: 'PUT', path: kind.collection, body: {} },
      { method: 'PATCH', path: kind.collection, body: {}, type: MERGE },
      { method: 'GET', path: `${pathOf(kind, 'a')}/none` },
    ),
  );

const stepOn = (kind: FuzzKind): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 18, arbitrary: create(kind) },
    { weight: 5, arbitrary: get(kind) },
    { weight: 8, arbitrary: list(kind) },
    { weight: 8, arbitrary: replace(kind) },
    { weight: 8, arbitrary: edit(kind) },
    { weight: 14, arbitrary: merge(kind) },
    { weight: 8, arbitrary: jsonPatch(kind) },
    { weight: 18, arbitrary: apply(kind) },
    { weight: 7, arbitrary: deletion(kind) },
    { weight: 1, arbitrary: collectionDeletion(kind) },
    { weight: 4, arbitrary: malformed(kind) },
  );

const LONGEST = 40;

/** Few, so that requests meet the objects of others. */
const KINDS_AT_A_TIME = 2;

/** About some of the kinds. */
export const sequenceOf = (kinds: readonly FuzzKind[]): fc.Arbitrary<readonly Step[]> =>
  fc.subarray([...kinds], { minLength: 1, maxLength: Math.min(KINDS_AT_A_TIME, kinds.length) }).chain(stepsOn);

/** Begins with plain objects: requests about absent ones are refused alike. */
const stepsOn = (kinds: readonly FuzzKind[]): fc.Arbitrary<readonly Step[]> =>
  fc
    .tuple(
      fc.array(fc.oneof(...kinds.map((kind) => kind.requests?.first ?? create(kind))), { maxLength: 6, size: 'max' }),
      fc.array(fc.oneof(...kinds.map((kind) => kind.requests?.any ?? stepOn(kind))), {
        minLength: 1,
        maxLength: LONGEST,
        size: 'max',
      }),
    )
    .map(([first, rest]) => [...first, ...rest]);
