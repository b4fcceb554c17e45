import { CRDS } from './definitions.js';
import { INVALID, type Refusal } from './refusal.js';

const NAME = 'ills.ill.example.com';
const SCHEMA = 'spec.validation.openAPIV3Schema';
const SPEC = `${SCHEMA}.properties[spec]`;

interface Definition {
  readonly names?: object;
  readonly version?: object;
  readonly versions?: readonly object[];
  readonly name?: string;
}

const definition = (schema: object, { names, version, versions, name = NAME }: Definition = {}) => ({
  metadata: { name },
  spec: {
    group: 'ill.example.com',
    scope: 'Namespaced',
    names: { plural: 'ills', kind: 'Ill', ...names },
    versions: versions ?? [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version },
    ],
  },
});

const refused = (body: object, causes: readonly string[], message: RegExp): Refusal => ({
  method: 'POST',
  path: () => `${CRDS}?dryRun=All`,
  call: { body },
  ...INVALID,
  message,
  causes,
});

const object = { type: 'object' };
const withSpec = (spec: object) => ({ ...object, properties: { spec: { ...object, properties: spec } } });
const rule = (text: string) => ({ 'x-kubernetes-validations': [{ rule: text }] });

/** Of CRDs what only `npm run fuzz:api -- --kinds CustomResourceDefinition` asked for. Nothing of them is stored. */
export const SCHEMA_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a root that is no object beside a status': refused(
    definition({ type: 'string' }, { version: { subresources: { status: {} } } }),
    [`${SCHEMA}.type`, `${SCHEMA}.type`],
    /only "object" is allowed as the type at the root of the schema if the status subresource is enabled/,
  ),
  'a root with conditions beside a status, which is shown whole': refused(
    definition({ ...object, minProperties: 1 }, { version: { subresources: { status: {} } } }),
    [SCHEMA],
    /openAPIV3Schema: Invalid value: \{"ID":"".*"MinProperties":1,.*\}: only \[Description Type .*\] fields are allowed at the root/,
  ),
  'a root that may be null': refused(
    definition({ ...object, nullable: true }),
    [`${SCHEMA}.nullable`],
    /Forbidden: nullable cannot be true at the root$/,
  ),
  'versions of one name, which are shown without what they share': refused(
    definition(object, {
      versions: ['v1', 'v1'].map((name, at) => ({
        name,
        served: true,
        storage: at === 0,
        schema: { openAPIV3Schema: object },
      })),
    }),
    ['spec.versions'],
    /spec\.versions: Invalid value: \[\{"Name":"v1","Served":true,"Storage":true,.*"Schema":null,.*\}\]: must contain unique version names$/,
  ),
  'no version to store objects in': refused(
    definition(object, { version: { storage: false } }),
    ['spec.versions', 'status.storedVersions'],
    /status\.storedVersions: Invalid value: null: must have at least one stored version/,
  ),
  'names that are none': refused(
    definition(object, { names: { shortNames: ['A'], kind: '' } }),
    ['spec.names.kind', 'spec.names.listKind', 'spec.names.shortNames[0]', 'spec.names.singular'],
    /spec\.names\.kind: Required value/,
  ),
  'a name that does not follow from what is defined': refused(
    definition(object, { name: 'others.ill.example.com' }),
    ['metadata.name'],
    /must be spec\.names\.plural\+"\."\+spec\.group$/,
  ),
  'a first version without a good name, which has two places': refused(
    definition(object, { version: { name: 'V1' } }),
    ['spec.version', 'spec.versions[0].name'],
    /spec\.version: Invalid value: "V1": a DNS-1035 label/,
  ),
  'a rule about a value that may be anything': refused(
    definition(
      withSpec({
        x: { ...object, additionalProperties: { 'x-kubernetes-preserve-unknown-fields': true }, ...rule('true') },
      }),
    ),
    [`${SPEC}.properties[x].x-kubernetes-validations`],
    /Internal error: internal error: failed to construct type information for x-kubernetes-validations rules/,
  ),
  'a rule about a member that may be anything': refused(
    definition({
      ...object,
      properties: {
        spec: {
          ...object,
          properties: { x: { 'x-kubernetes-preserve-unknown-fields': true } },
          ...rule('has(self.x)'),
        },
      },
    }),
    [`${SPEC}.x-kubernetes-validations[0].rule`],
    /undefined field 'x'/,
  ),
  'a rule that may say anything': refused(
    definition(withSpec({ x: { 'x-kubernetes-int-or-string': true, ...rule('self') } })),
    [`${SPEC}.properties[x].x-kubernetes-validations[0].rule`],
    /: cel expression must evaluate to a bool$/,
  ),
  'a computed message that is blank': refused(
    definition(
      withSpec({ x: { type: 'string', 'x-kubernetes-validations': [{ rule: 'true', messageExpression: ' ' }] } }),
    ),
    [`${SPEC}.properties[x].x-kubernetes-validations[0].messageExpression`],
    /Required value: messageExpression must be non-empty if specified$/,
  ),
  'wrong rules and a wrong schema: of both is told where they are in different places': refused(
    definition(
      withSpec({
        x: { type: 'string', ...rule('nobody') },
        y: { ...object, 'x-kubernetes-map-type': 'odd', ...rule('nobody') },
      }),
    ),
    [`${SPEC}.properties[x].x-kubernetes-validations[0].rule`, `${SPEC}.properties[y].x-kubernetes-map-type`],
    /undeclared reference to 'nobody'/,
  ),
  'the path of a selector outside of spec and status': refused(
    definition(object, {
      version: {
        subresources: {
          scale: { specReplicasPath: '.spec.a', statusReplicasPath: '.status.a', labelSelectorPath: '.a' },
        },
      },
    }),
    ['spec.subresources.scale.labelSelectorPath'],
    /should be a json path under either \.spec or \.status$/,
  ),
  'an empty deprecation warning': refused(
    definition(object, { version: { deprecated: true, deprecationWarning: '' } }),
    ['spec.versions[0].deprecationWarning'],
    /must not be an empty string$/,
  ),
};
