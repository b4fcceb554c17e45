import { CRDS } from './definitions.js';
import { INVALID, type Refusal } from './refusal.js';

const NAME = 'CustomResourceDefinition.apiextensions.k8s.io "bads.bad.example.com" is invalid: ';
const IN_SPEC = 'spec.validation.openAPIV3Schema.properties[spec]';

interface Change {
  readonly spec?: object;
  readonly version?: object;
  readonly names?: object;
  readonly group?: string;
}

const crd = (schema: object, { spec = {}, version = {}, names = {}, group = 'bad.example.com' }: Change) => ({
  metadata: { name: `bads.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'bads', kind: 'Bad', ...names },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
    ...spec,
  },
});

const refused = (body: object, ...problems: string[]): Refusal => ({
  method: 'POST',
  path: () => `${CRDS}?dryRun=All`,
  call: { body },
  ...INVALID,
  message: `${NAME}${problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`}`,
});

/** A CRD whose spec has one property `x`. */
const property = (x: object, ...problems: string[]): Refusal =>
  refused(
    crd({ type: 'object', properties: { spec: { type: 'object', properties: { x } } } }, {}),
    ...problems.map((problem) => `${IN_SPEC}.properties[x]${problem}`),
  );

const valid = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
};
const changed = (change: Change, ...problems: string[]): Refusal => refused(crd(valid, change), ...problems);

const rule = (validation: object, problem: string, type = 'string'): Refusal =>
  property({ type, 'x-kubernetes-validations': [validation] }, `.x-kubernetes-validations[0]${problem}`);

const shown = (rule: string, more: object = {}): string =>
  JSON.stringify({
    Rule: rule,
    Message: '',
    MessageExpression: '',
    Reason: null,
    FieldPath: '',
    OptionalOldSelf: null,
    ...more,
  });

/** Nothing of them is stored: every one is a dry run. */
export const DEFINITION_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a schema without a type': property({}, '.type: Required value: must not be empty for specified object fields'),
  'a schema that is no object': refused(
    crd({ type: 'string' }, {}),
    'spec.validation.openAPIV3Schema.type: Invalid value: "string": must be object at the root',
  ),
  'a type under allOf': property(
    { type: 'string', allOf: [{ type: 'string' }] },
    '.allOf[0].type: Forbidden: must be empty to be structural',
  ),
  'a default of another type': property(
    { type: 'string', default: 5 },
    '.default: Invalid value: "integer":  in body must be of type string: "integer"',
  ),
  'a default with a member of another type': property(
    {
      type: 'object',
      properties: { y: { type: 'object', properties: { z: { type: 'string' } } } },
      default: { y: { z: 1 } },
    },
    '.default.y.z: Invalid value: "integer": y.z in body must be of type string: "integer"',
  ),
  'a default with unknown fields': property(
    { type: 'object', properties: {}, default: { y: 1 } },
    '.default: Invalid value: {"y":1}: must not have unknown fields',
  ),
  'a default with a value of another type': property(
    { type: 'object', additionalProperties: { type: 'integer' }, default: { y: 'a' } },
    '.default.y: Invalid value: "string": .y in body must be of type integer: "string"',
  ),
  'a default that breaks a rule': property(
    { type: 'string', default: 'b', 'x-kubernetes-validations': [{ rule: "self == 'a'", message: 'only a' }] },
    '.default: Invalid value: "b": only a',
  ),
  'members beside other members': property(
    { type: 'object', properties: { y: { type: 'string' } }, additionalProperties: { type: 'string' } },
    '.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
  ),
  'a pattern that is none': property(
    { type: 'string', pattern: '(' },
    '.pattern: Invalid value: "(": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `(`',
  ),
  'a map list without keys': property(
    { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object', properties: {} } },
    '.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map',
  ),
  'a map list with a key that may be missing': property(
    {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', properties: { k: { type: 'string' } } },
    },
    '.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
  ),
  'an embedded object without a schema': property(
    { type: 'object', 'x-kubernetes-embedded-resource': true },
    '.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
  ),
  'metadata with a schema of its own': refused(
    crd(
      { type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } },
      {},
    ),
    'spec.validation.openAPIV3Schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
  ),
  'a rule of unknown names': rule(
    { rule: 'foo == 1' },
    `.rule: Invalid value: ${shown('foo == 1')}: compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo == 1\n | ^`,
  ),
  'a rule that compares what cannot be compared': rule(
    { rule: 'self == 1' },
    `.rule: Invalid value: ${shown('self == 1')}: compilation failed: ERROR: <input>:1:6: found no matching overload for '_==_' applied to '(string, int)'\n | self == 1\n | .....^`,
  ),
  'a rule that says neither yes nor no': rule(
    { rule: 'self' },
    `.rule: Invalid value: ${shown('self')}: cel expression must evaluate to a bool`,
  ),
  'a computed message that is no text': rule(
    { rule: 'true', messageExpression: '1' },
    `.messageExpression: Invalid value: ${shown('true', { MessageExpression: '1' })}: messageExpression must evaluate to a string`,
  ),
  'a rule with a reason nobody knows': rule(
    { rule: 'true', reason: 'Because' },
    '.reason: Unsupported value: "Because": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
  ),
  'a rule about a field that is not there': rule(
    { rule: 'true', fieldPath: '.none' },
    '.fieldPath: Invalid value: ".none": must be a valid path',
  ),
  'an optional old value nobody asks for': rule(
    { rule: 'true', optionalOldSelf: true },
    '.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule',
  ),
  'a transition rule on items nobody can find again': property(
    {
      type: 'array',
      maxItems: 4,
      items: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
    },
    `.items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${IN_SPEC}.properties[x]`,
  ),
  'columns nobody can print': changed(
    {
      version: {
        additionalPrinterColumns: [
          { name: '', type: 'foo', jsonPath: 'x' },
          { name: 'B', type: 'string', jsonPath: '.spec.a', format: 'zz' },
        ],
      },
    },
    'spec.additionalPrinterColumns[0].name: Required value',
    'spec.additionalPrinterColumns[0].type: Invalid value: "foo": must be one of boolean,date,integer,number,string',
    'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "x": must be a simple json path starting with .',
    'spec.additionalPrinterColumns[1].format: Invalid value: "zz": must be one of byte,date,date-time,double,float,int32,int64,password',
  ),
  'replicas outside of spec and status': changed(
    {
      version: {
        subresources: { scale: { specReplicasPath: '.foo', statusReplicasPath: '.spec.x', labelSelectorPath: 'x' } },
      },
    },
    'spec.subresources.scale.specReplicasPath: Invalid value: ".foo": should be a json path under .spec',
    'spec.subresources.scale.statusReplicasPath: Invalid value: ".spec.x": should be a json path under .status',
    'spec.subresources.scale.labelSelectorPath: Invalid value: "x": must be a simple json path starting with .',
  ),
  'selectable fields that are none, or no scalars': changed(
    {
      version: {
        selectableFields: [
          { jsonPath: '.spec.a' },
          { jsonPath: '.spec.none' },
          { jsonPath: '.spec' },
          { jsonPath: '.spec.a' },
        ],
      },
    },
    'spec.selectableFields[1].jsonPath: Invalid value: ".spec.none": is an invalid path: does not refer to a valid field',
    'spec.selectableFields[2].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    'spec.selectableFields[3].jsonPath: Duplicate value: ".spec.a"',
  ),
  'a group of the Kubernetes community without its approval': {
    ...refused(crd(valid, { group: 'bad.k8s.io' })),
    message:
      'CustomResourceDefinition.apiextensions.k8s.io "bads.bad.k8s.io" is invalid: metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
  },
  'a CRD that keeps unknown fields everywhere': changed(
    { spec: { preserveUnknownFields: true } },
    'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
  ),
  'a deprecation warning of a version that is not deprecated': changed(
    { version: { deprecationWarning: 'x' } },
    'spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions',
  ),
  'a list with the name of its items': changed(
    { names: { listKind: 'Bad' } },
    'spec.names.listKind: Invalid value: "Bad": kind and listKind may not be the same',
  ),
  'a scope nobody knows': changed(
    { spec: { scope: 'World' } },
    'spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"',
  ),
};
