import fc from 'fast-check';
import type { StructuralSchema } from '../../src/apimachinery/structural/schema.js';
import type { FuzzKind } from './fuzz-kind.js';
import { randomSchema } from './random-schema.js';
import { pointersOf, valuesFor } from './random-value.js';
import { type Json, mostly } from './values.js';

/** A kind that is defined for one run. */
export interface RandomKind extends FuzzKind {
  readonly definition: Json;
}

const GROUP = 'random.example.com';
const API = `${GROUP}/v1`;
const DEPTH = 3;
/** In a run. */
export const RANDOM_KINDS = 6;

interface Shape {
  readonly spec: StructuralSchema;
  readonly status: StructuralSchema;
  readonly servesStatus: boolean;
  /** Of scalars of the spec, columns and selectable fields. */
  readonly shown: readonly number[];
}

const SHAPE: fc.Arbitrary<Shape> = fc.record({
  spec: randomSchema(DEPTH),
  status: randomSchema(1),
  servesStatus: fc.boolean(),
  shown: fc.subarray([0, 1, 2]),
});

/** The same for every seed. */
export const randomKinds = (seed: number, count: number): readonly RandomKind[] =>
  fc.sample(SHAPE, { seed, numRuns: count }).map(kindOf);

const SCALARS: readonly (string | undefined)[] = ['string', 'integer', 'boolean'];

const scalarsOf = ({ properties = {} }: StructuralSchema): readonly { jsonPath: string; type: string }[] =>
  Object.entries(properties).flatMap(([name, { type }]) =>
    type !== undefined && SCALARS.includes(type) && /^[a-z]$/.test(name) ? [{ jsonPath: `.spec.${name}`, type }] : [],
  );

function kindOf({ spec, status, servesStatus, shown }: Shape, at: number): RandomKind {
  const [plural, kind] = [`random${at}s`, `Random${at}`];
  const scalars = scalarsOf(spec).filter((_, index) => shown.includes(index));
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    ...(servesStatus && { subresources: { status: {} } }),
    additionalPrinterColumns: scalars.map((one, index) => ({ name: `Column ${index}`, ...one })),
    selectableFields: scalars.map(({ jsonPath }) => ({ jsonPath })),
    schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } },
  };
  const content = partOf('spec', valuesFor(spec));
  const part = partOf('spec', valuesFor({ ...spec, required: [] }));
  return {
    apiVersion: API,
    kind,
    collection: `/apis/${API}/namespaces/{ns}/${plural}`,
    builtIn: false,
    hasStatus: servesStatus,
    content,
    part: mostly(part, fc.constant({}), 8),
    status: valuesFor(status) as fc.Arbitrary<Json>, // mostly an object, and what else it is must be refused
    pointers: [...pointersOf(spec, '/spec'), ...pointersOf(status, '/status'), '/spec/surplus', '/surplus', ''],
    ...(scalars.length > 0 && { fieldSelectors: scalars.map(({ jsonPath }) => `${jsonPath.slice(1)}=a`) }),
    last: {},
    definition: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${GROUP}` },
      spec: { group: GROUP, scope: 'Namespaced', names: { plural, kind }, versions: [version] },
    },
  };
}

const partOf = (name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Json> =>
  value.map((one) => (one === undefined ? {} : { [name]: one }));
