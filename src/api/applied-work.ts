import { z } from 'zod';
import { defineResource } from './resource.js';
import { timestamp } from './schema.js';
import { WORK_GROUP } from './work.js';

/** On every AppliedManifestWork from its creation. */
export const APPLIED_WORK_FINALIZER = 'cluster.open-cluster-management.io/applied-manifest-work-cleanup';

export const AppliedResource = z.object({
  group: z.string().optional(),
  resource: z.string(),
  name: z.string(),
  namespace: z.string().optional(),
  version: z.string(),
  uid: z.string().optional(),
});
export type AppliedResource = z.infer<typeof AppliedResource>;

/** The agent's record on the managed cluster of what one ManifestWork made there, and the owner of those objects. */
export const AppliedManifestWork = defineResource({
  group: WORK_GROUP,
  version: 'v1',
  kind: 'AppliedManifestWork',
  plural: 'appliedmanifestworks',
  namespaced: false,
  fields: {
    spec: z
      .object({
        hubHash: z.string().describe('SHA-256 of the hub address.'),
        manifestWorkName: z.string(),
        agentID: z.string().optional().describe('Agent installation that owns this record.'),
      })
      .optional(),
    status: z
      .object({
        appliedResources: z.array(AppliedResource).optional(),
        evictionStartTime: timestamp().optional().describe('When this record was first seen without its ManifestWork.'),
      })
      .optional(),
  },
});
export type AppliedManifestWork = z.infer<typeof AppliedManifestWork.schema>;
