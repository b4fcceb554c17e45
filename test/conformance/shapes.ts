import type { Place } from './fixture.js';
import type { Answer } from './wire.js';

const text = { type: 'string' } as const;
const integer = { type: 'integer' } as const;
const rule = (text: string, more: object = {}) => ({ 'x-kubernetes-validations': [{ rule: text, ...more }] });

/** What a schema may say of the values of a custom object. */
const VALUES = {
  nothing: { ...text, nullable: true },
  orDefault: { ...text, nullable: true, default: 'd' },
  defaulted: { ...text, default: 'd' },
  port: { 'x-kubernetes-int-or-string': true },
  whole: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  part: {
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    properties: { spec: { type: 'object', properties: { a: text } } },
  },
  free: {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { closed: { type: 'object', properties: { a: text } } },
  },
  any: { 'x-kubernetes-preserve-unknown-fields': true },
  set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
  keyed: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a', 'b'],
    items: {
      type: 'object',
      required: ['a'],
      properties: { a: text, b: { ...integer, default: 1 }, v: text },
    },
  },
  atomic: { type: 'array', 'x-kubernetes-list-type': 'atomic', maxItems: 3, items: text },
  atomicMap: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { x: text, y: text } },
  numbers: { type: 'object', additionalProperties: integer },
  deep: {
    type: 'object',
    default: {},
    properties: {
      a: { ...text, default: 'x' },
      list: { type: 'array', items: { type: 'object', properties: { k: text, d: { ...integer, default: 7 } } } },
    },
  },
  number: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 10 },
  word: { ...text, minLength: 2, maxLength: 3, pattern: '^[a-zä]+$' },
  few: { type: 'number', enum: [1, 2] },
  choice: { ...text, enum: ['a', 'b'] },
  time: { ...text, format: 'date-time' },
  strict: { type: 'object', required: ['x', 'y'], properties: { x: text, y: text } },
  either: {
    type: 'object',
    properties: { a: text, b: text },
    oneOf: [{ required: ['a'] }, { required: ['b'] }],
  },
  replicas: integer,
} as const;

/** Rules of the validation language. */
const RULED = {
  range: {
    type: 'object',
    properties: { min: integer, max: integer },
    ...rule('!has(self.min) || !has(self.max) || self.min <= self.max', { message: 'min above max' }),
  },
  fixed: { ...text, ...rule('self == oldSelf', { message: 'fixed is fixed' }) },
  once: {
    ...text,
    ...rule('!oldSelf.hasValue() || oldSelf.value() == self', { optionalOldSelf: true, message: 'set once' }),
  },
  counts: { type: 'array', maxItems: 5, items: { ...integer, ...rule('self > 0') } },
  said: {
    ...text,
    maxLength: 20,
    ...rule("self.startsWith('a')", { messageExpression: "'not a: ' + self", reason: 'FieldValueForbidden' }),
  },
  fallback: { ...text, ...rule('self.size() < 3', { message: 'too long', messageExpression: 'string(1 / 0)' }) },
  pair: {
    type: 'object',
    properties: { a: text, b: text },
    ...rule('has(self.a) == has(self.b)', { message: 'a and b', fieldPath: '.b', reason: 'FieldValueRequired' }),
  },
  divided: { ...integer, ...rule('10 / self > 1') },
  growing: {
    type: 'array',
    maxItems: 5,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
    items: {
      type: 'object',
      required: ['k'],
      properties: { k: { ...text, maxLength: 5 }, v: integer },
      ...rule('self.v >= oldSelf.v', { message: 'v grows' }),
    },
  },
} as const;

const GROUP = 'shapes.example.com';

export const SHAPE_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `shapes.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'shapes', singular: 'shape', kind: 'Shape', listKind: 'ShapeList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        selectableFields: [{ jsonPath: '.spec.choice' }, { jsonPath: '.spec.replicas' }],
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: [
          { name: 'Number', type: 'number', jsonPath: '.spec.number', format: 'float', description: 'a number' },
          { name: 'Set', type: 'string', jsonPath: '.spec.set' },
          { name: 'First', type: 'string', jsonPath: '.spec.set[0]' },
          { name: 'Time', type: 'date', jsonPath: '.spec.time' },
          { name: 'Wrong', type: 'integer', jsonPath: '.spec.choice' },
          { name: 'Label', type: 'string', jsonPath: ".metadata.labels['a\\.b/c']", priority: 1 },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { ...VALUES, ...RULED } },
              status: {
                type: 'object',
                properties: {
                  replicas: integer,
                  selector: text,
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
                ...rule('!has(self.replicas) || self.replicas < 100', { message: 'too many' }),
              },
            },
            ...rule("self.metadata.name != 'forbidden'", { message: 'bad name' }),
          },
        },
      },
    ],
  },
};

export const SHAPES = `/apis/${GROUP}/v1`;
export const shapes = ({ namespace }: Place): string => `${SHAPES}/namespaces/${namespace}/shapes`;

export const shape = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Shape',
  metadata: { name, ...metadata },
  spec,
});

/** Creates the Shape `a`, or tries to without storing it. */
export const createShape = (p: Place, spec: object, query = ''): Promise<Answer> =>
  p.wire.call('POST', `${shapes(p)}${query}`, { body: shape('a', spec) });

const UNCHECKED = 'some validation rules were not checked';

/** Why a Shape with this spec is refused, every cause by itself; that rules wait for the schema is no reason. */
export async function refusalOf(p: Place, spec: object): Promise<string[]> {
  const { code, body } = await createShape(p, spec, '?dryRun=All');
  if (code !== 422) throw new Error(`answered ${code}`);
  return body.details.causes
    .map(({ field, message }) => `${field}: ${message}`)
    .filter((cause) => !cause.includes(UNCHECKED));
}
