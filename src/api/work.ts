import { z } from 'zod';
import { Conditions } from './conditions.js';
import { ManifestConfig, ResourceIdentifier } from './manifest-config.js';
import { defineResource } from './resource.js';
import { embeddedResource, listMap } from './schema.js';

export const WORK_GROUP = 'work.open-cluster-management.io';
/** On every ManifestWork an agent serves. */
export const WORK_FINALIZER = 'cluster.open-cluster-management.io/manifest-work-cleanup';

const DNS_SUBDOMAIN = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)$/;
const dnsSubdomain = z.string().min(1).max(253).regex(DNS_SUBDOMAIN);

export const DeleteOption = z.object({
  propagationPolicy: z.enum(['Foreground', 'Orphan', 'SelectivelyOrphan']).default('Foreground'),
  selectivelyOrphans: z
    .object({ orphaningRules: z.array(ResourceIdentifier).optional() })
    .optional()
    .describe('Read only when the policy is SelectivelyOrphan.'),
  ttlSecondsAfterFinished: z
    .int()
    .optional()
    .describe('The hub deletes the work this long after its condition Complete became True.'),
});
export type DeleteOption = z.infer<typeof DeleteOption>;

export const Executor = z.object({
  subject: z
    .object({
      type: z.enum(['ServiceAccount']),
      serviceAccount: z.object({ namespace: dnsSubdomain, name: dnsSubdomain }).optional(),
    })
    .optional(),
});
export type Executor = z.infer<typeof Executor>;

export const ManifestWorkSpec = z.object({
  workload: z
    .object({ manifests: z.array(embeddedResource()).optional() })
    .optional()
    .describe('Desired objects of the managed cluster.'),
  deleteOption: DeleteOption.optional(),
  manifestConfigs: z.array(ManifestConfig).optional(),
  executor: Executor.optional().describe('Identity whose permissions gate the apply; the agent itself when absent.'),
});
export type ManifestWorkSpec = z.infer<typeof ManifestWorkSpec>;

export const ResourceMeta = z.object({
  ordinal: z.int32().describe('Index in spec.workload.manifests.'),
  group: z.string().optional(),
  version: z.string().optional(),
  kind: z.string().optional(),
  resource: z.string().optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
});
export type ResourceMeta = z.infer<typeof ResourceMeta>;

export const FieldValue = z.object({
  type: z.enum(['Integer', 'String', 'Boolean', 'JsonRaw']),
  integer: z.int().optional(),
  string: z.string().optional(),
  boolean: z.boolean().optional(),
  jsonRaw: z.string().max(1024).optional(),
});
export type FieldValue = z.infer<typeof FieldValue>;

export const FeedbackValue = z.object({ name: z.string(), fieldValue: FieldValue });
export type FeedbackValue = z.infer<typeof FeedbackValue>;

export const ManifestStatus = z.object({
  resourceMeta: ResourceMeta,
  conditions: Conditions,
  statusFeedback: z.object({ values: listMap(FeedbackValue, 'name').optional() }).optional(),
});
export type ManifestStatus = z.infer<typeof ManifestStatus>;

export const ManifestWorkStatus = z.object({
  conditions: Conditions.optional(),
  resourceStatus: z.object({ manifests: z.array(ManifestStatus).optional() }).optional(),
});
export type ManifestWorkStatus = z.infer<typeof ManifestWorkStatus>;

/** Objects to bring to one managed cluster; lives in the hub namespace named after the cluster. */
export const ManifestWork = defineResource({
  group: WORK_GROUP,
  version: 'v1',
  kind: 'ManifestWork',
  plural: 'manifestworks',
  namespaced: true,
  fields: { spec: ManifestWorkSpec.optional(), status: ManifestWorkStatus.optional() },
});
export type ManifestWork = z.infer<typeof ManifestWork.schema>;
