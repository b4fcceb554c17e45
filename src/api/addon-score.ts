import { z } from 'zod';
import { Conditions } from './conditions.js';
import { CLUSTER_GROUP } from './placement-labels.js';
import { defineResource } from './resource.js';
import { listMap, timestamp } from './schema.js';

const Score = z.object({ name: z.string(), value: z.int32().min(-100).max(100) });

/** Scores an add-on gives to one cluster; the namespace is the cluster's name. */
export const AddOnPlacementScore = defineResource({
  group: CLUSTER_GROUP,
  version: 'v1alpha1',
  kind: 'AddOnPlacementScore',
  plural: 'addonplacementscores',
  namespaced: true,
  fields: {
    status: z
      .object({
        conditions: Conditions.optional(),
        scores: listMap(Score, 'name').optional(),
        validUntil: timestamp().optional().describe('Never expires when absent.'),
      })
      .optional(),
  },
});
export type AddOnPlacementScore = z.infer<typeof AddOnPlacementScore.schema>;
