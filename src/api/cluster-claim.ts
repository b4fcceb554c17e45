import { z } from 'zod';
import { CLUSTER_GROUP } from './placement-labels.js';
import { defineResource } from './resource.js';

/** Lives on the managed cluster; its agent copies the value into ManagedCluster.status.clusterClaims. */
export const ClusterClaim = defineResource({
  group: CLUSTER_GROUP,
  version: 'v1alpha1',
  kind: 'ClusterClaim',
  plural: 'clusterclaims',
  namespaced: false,
  fields: {
    spec: z.object({ value: z.string().min(1).max(1024).optional() }).optional(),
  },
});
export type ClusterClaim = z.infer<typeof ClusterClaim.schema>;
