import { z } from 'zod';
import { intOrString } from './schema.js';

// The alternation of the first pattern reaches the top level, so it accepts `1h30m`: the same texts as OCM's.
const DEADLINE = /^(([0-9])+[h|m|s])|None$/;
const COUNT_OR_PERCENT = /^((100|[0-9]{1,2})%|[0-9]+)$/;

const limits = {
  minSuccessTime: z.string().default('0').describe('How long a cluster must stay successful before it counts as done.'),
  progressDeadline: z.string().regex(DEADLINE).default('None').describe('How long a cluster may take; None: for ever.'),
  maxFailures: intOrString(COUNT_OR_PERCENT).default(0).describe('Failed clusters tolerated before the rollout stops.'),
};

const MandatoryDecisionGroups = z
  .array(
    z.object({
      groupName: z.string().optional().describe('Wins over groupIndex.'),
      groupIndex: z.int32().optional(),
    }),
  )
  .describe('Decision groups that must succeed first, without any failure.');

/** How a change spreads over the clusters of a placement. */
export const RolloutStrategy = z.object({
  type: z.enum(['All', 'Progressive', 'ProgressivePerGroup']).default('All'),
  all: z.object(limits).optional(),
  progressive: z
    .object({
      ...limits,
      mandatoryDecisionGroups: MandatoryDecisionGroups.optional(),
      maxConcurrency: intOrString(COUNT_OR_PERCENT)
        .optional()
        .describe('Clusters in flight at a time; every remaining one when unset.'),
    })
    .optional(),
  progressivePerGroup: z.object({ ...limits, mandatoryDecisionGroups: MandatoryDecisionGroups.optional() }).optional(),
});
export type RolloutStrategy = z.infer<typeof RolloutStrategy>;
