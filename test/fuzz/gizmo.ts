/** A kind with everything a structural schema can say that changes answers. */
const GROUP = 'fuzz.example.com';
export const GIZMO_API = `${GROUP}/v1`;

const PART = {
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'string' },
    weight: { type: 'integer', default: 1, minimum: 0 },
    note: { type: 'string', nullable: true },
  },
};

const SPEC = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', format: 'int32', minimum: 1, maximum: 10 },
    ratio: { type: 'number', multipleOf: 0.5 },
    on: { type: 'boolean', default: false },
    colour: { type: 'string', enum: ['red', 'green'], default: 'red' },
    name: { type: 'string', pattern: '^[a-z]*$', minLength: 1, maxLength: 5 },
    when: { type: 'string', format: 'date-time' },
    maybe: { type: 'string', nullable: true, default: 'some' },
    port: { 'x-kubernetes-int-or-string': true },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    inner: { type: 'object', default: {}, properties: { depth: { type: 'integer', default: 3 } } },
    whole: {
      type: 'object',
      'x-kubernetes-map-type': 'atomic',
      properties: { x: { type: 'string' }, y: { type: 'string' } },
    },
    table: { type: 'object', additionalProperties: { type: 'integer' }, maxProperties: 2 },
    order: { type: 'array', maxItems: 3, items: { type: 'string' } },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    parts: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['id'], items: PART },
    ports: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      items: {
        type: 'object',
        required: ['port'],
        properties: {
          port: { type: 'integer' },
          protocol: { type: 'string', default: 'TCP' },
          label: { type: 'string' },
        },
      },
    },
  },
  'x-kubernetes-validations': [
    { rule: '!has(self.ratio) || self.ratio <= double(self.size)', message: 'ratio must not exceed size' },
    { rule: 'self.size >= oldSelf.size', message: 'size must not shrink' },
  ],
};

export const GIZMO_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `gizmos.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'gizmos', singular: 'gizmo', kind: 'Gizmo', shortNames: ['gz'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'When', type: 'date', jsonPath: '.spec.when' },
        ],
        selectableFields: [{ jsonPath: '.spec.colour' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: SPEC,
              status: {
                type: 'object',
                properties: {
                  phase: { type: 'string', enum: ['New', 'Done'] },
                  count: { type: 'integer', default: 0 },
                  conditions: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                    items: {
                      type: 'object',
                      required: ['type', 'status'],
                      properties: { type: { type: 'string' }, status: { type: 'string' }, reason: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};
