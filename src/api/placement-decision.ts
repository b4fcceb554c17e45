import { z } from 'zod';
import { CLUSTER_GROUP } from './placement-labels.js';
import { defineResource } from './resource.js';

const ClusterDecision = z.object({
  clusterName: z.string(),
  reason: z.string(),
  score: z.int().optional(),
});

/** One slice of at most 100 clusters a placement selected; the union of all slices is the decision. */
export const PlacementDecision = defineResource({
  group: CLUSTER_GROUP,
  version: 'v1beta1',
  kind: 'PlacementDecision',
  plural: 'placementdecisions',
  namespaced: true,
  fields: {
    status: z.object({ decisions: z.array(ClusterDecision) }).optional(),
  },
});
export type PlacementDecision = z.infer<typeof PlacementDecision.schema>;
