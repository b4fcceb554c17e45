import { z } from 'zod';
import { listMap } from './schema.js';

/** Names one resource, or several where a wildcard is allowed; `group` and `namespace` are empty when absent. */
export const ResourceIdentifier = z.object({
  group: z.string().optional().describe('API group, empty for the core group.'),
  resource: z.string().describe('Plural resource name.'),
  name: z.string().describe('Name of the resource.'),
  namespace: z.string().optional().describe('Namespace, empty for cluster-scoped resources.'),
});
export type ResourceIdentifier = z.infer<typeof ResourceIdentifier>;

const JsonPath = z.object({
  name: z.string().describe('Name of the reported value.'),
  path: z.string().describe('JSONPath without the surrounding braces, evaluated on the whole object.'),
  version: z.string().optional().describe('When set, must equal the API version of the live object.'),
});
export type JsonPath = z.infer<typeof JsonPath>;

export const FeedbackRule = z.object({
  type: z.enum(['WellKnownStatus', 'JSONPaths']),
  jsonPaths: listMap(JsonPath, 'name').optional(),
});
export type FeedbackRule = z.infer<typeof FeedbackRule>;

export const IgnoreField = z.object({
  condition: z.enum(['OnSpokePresent', 'OnSpokeChange']).default('OnSpokePresent'),
  jsonPaths: z.array(z.string()).optional().describe('Dotted key paths.'),
  jsonPointers: z.array(z.string()).optional().describe('RFC 6901 pointers.'),
  jqPathExpressions: z.array(z.string()).optional().describe('jq path expressions.'),
});
export type IgnoreField = z.infer<typeof IgnoreField>;

export const ServerSideApplyConfig = z.object({
  force: z.boolean().optional().describe('Take over fields that other managers own.'),
  fieldManager: z
    .string()
    .regex(/^work-agent/)
    .default('work-agent'),
  ignoreFields: listMap(IgnoreField, 'condition').optional().describe('Fields the agent does not enforce.'),
});
export type ServerSideApplyConfig = z.infer<typeof ServerSideApplyConfig>;

export const UpdateStrategy = z.object({
  type: z.enum(['Update', 'CreateOnly', 'ServerSideApply', 'ReadOnly']).default('Update'),
  serverSideApply: ServerSideApplyConfig.optional().describe('Read only when the type is ServerSideApply.'),
});
export type UpdateStrategy = z.infer<typeof UpdateStrategy>;

export const ConditionRule = z
  .object({
    condition: z.string().describe('Type of the condition to produce.'),
    type: z.enum(['WellKnownConditions', 'CEL']),
    celExpressions: z.array(z.string()).optional().describe('Boolean expressions, all of which must hold.'),
    message: z.string().optional(),
    messageExpression: z.string().optional().describe('CEL expression that produces the message.'),
  })
  .meta({
    'x-kubernetes-validations': [
      { rule: "self.type != 'CEL' || self.condition != ''", message: 'Condition is required for CEL rules' },
    ],
  });
export type ConditionRule = z.infer<typeof ConditionRule>;

/** What applies to every manifest that `resourceIdentifier` matches. */
export const ManifestConfig = z.object({
  resourceIdentifier: ResourceIdentifier,
  feedbackRules: z.array(FeedbackRule).optional(),
  updateStrategy: UpdateStrategy.optional(),
  conditionRules: listMap(ConditionRule, 'condition').optional(),
  feedbackScrapeType: z.enum(['Poll', 'Watch']).default('Poll'),
});
export type ManifestConfig = z.infer<typeof ManifestConfig>;
