import fc from 'fast-check';

export type Json = Readonly<Record<string, unknown>>;

/** Few, so that requests meet the objects of others. */
export const NAMES = fc.constantFrom('a', 'b', 'c');
const BAD_NAMES = fc.constantFrom('Bad_Name', '-a', 'a..b', 'x'.repeat(254), 'a%b', 'é');
const LABEL_KEYS = fc.constantFrom('app', 'tier', 'example.com/part');
const LABEL_VALUES = fc.constantFrom('web', 'db', '');
const BAD_TEXTS = fc.constantFrom('a b', 'x'.repeat(64), '/x', 'a/b/c', '-', 'Äpfel');
const FINALIZERS = fc.constantFrom(
  'example.com/hold',
  'example.com/other',
  'foregroundDeletion',
  'orphan',
  'plain',
  'a/b/c',
);

/** The first is what most objects have; the second is seldom. */
export const mostly = <T, U>(usual: fc.Arbitrary<T>, seldom: fc.Arbitrary<U>, share = 40): fc.Arbitrary<T | U> =>
  fc.oneof({ weight: share, arbitrary: usual }, { weight: 1, arbitrary: seldom });

export const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

/** An object with some of the members. */
export const some = (members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Json> =>
  fc.record(members, { requiredKeys: [] });

export const ODD = fc.constantFrom<unknown[]>(
  null,
  '',
  'x',
  0,
  -1,
  1.5,
  7,
  true,
  [],
  {},
  ['a'],
  [null],
  { a: 'b' },
  [{}],
  'y'.repeat(70),
  '2001-01-01T00:00:00Z',
  '👩👩👩👩',
  '\u0001<&>',
  '\u2028',
  2 ** 31,
  2 ** 63,
  1e-7,
);

const LABELS = fc.dictionary(mostly(LABEL_KEYS, BAD_TEXTS, 30), mostly(LABEL_VALUES, BAD_TEXTS, 30), { maxKeys: 2 });

const OWNER = fc.record({
  apiVersion: mostly(fc.constant('v1'), fc.constantFrom('', 'a/b/c')),
  kind: fc.constant('ConfigMap'),
  name: NAMES,
  uid: mostly(
    NAMES.map((name) => `{uid /api/v1/namespaces/{ns}/configmaps/${name}}`),
    fc.constant(''),
  ),
  controller: fc.boolean(),
  blockOwnerDeletion: fc.boolean(),
});

export const METADATA = some({
  labels: LABELS,
  annotations: fc.dictionary(mostly(fc.constantFrom('note', 'example.com/note'), BAD_TEXTS, 30), LABEL_VALUES, {
    maxKeys: 2,
  }),
});

/** What clients seldom set. */
export const RARE_METADATA = fc.oneof(
  fc.record({ finalizers: fc.array(FINALIZERS, { maxLength: 2 }) }),
  fc.record({ ownerReferences: fc.array(OWNER, { maxLength: 1 }) }),
  fc.record({ namespace: fc.constantFrom('{ns}', 'default', '', 'Bad') }),
  fc.record({ name: BAD_NAMES }),
  fc.record({ generateName: fc.constantFrom('gen-', 'Gen-', 'x'.repeat(260)), name: fc.constantFrom('a', 'b') }),
  fc.record({ resourceVersion: fc.constantFrom('1', '0') }),
  fc.record({ uid: fc.constantFrom('', 'x', '00000000-0000-4000-8000-000000000000') }),
  fc.record({ generation: fc.constantFrom(0, 7, -1) }),
  fc.record({ creationTimestamp: fc.constantFrom(null, '2001-01-01T00:00:00Z') }),
  fc.record({ deletionTimestamp: fc.constantFrom(null, '2001-01-01T00:00:00Z') }),
  fc.record({ deletionGracePeriodSeconds: fc.constantFrom(0, 30) }),
  fc.record({ managedFields: fc.constantFrom<unknown[]>([], [{}], null, [{ manager: 'x', operation: 'Update' }]) }),
  fc.record({ selfLink: fc.constant('/x') }),
  fc.record({ unknownOfMetadata: ODD }),
);

/** `value` at a path of members and indexes; what is on the way is made. */
export function withAt(object: unknown, path: readonly string[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  if (Array.isArray(object)) {
    return object.map((item, index) => (String(index) === head ? withAt(item, rest, value) : item));
  }
  const members: Json = object !== null && typeof object === 'object' ? (object as Json) : {}; // not an array, as seen above
  return { ...members, [head]: withAt(members[head], rest, value) };
}
