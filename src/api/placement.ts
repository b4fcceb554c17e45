import { z } from 'zod';
import { Conditions } from './conditions.js';
import { CLUSTER_GROUP } from './placement-labels.js';
import { defineResource } from './resource.js';
import { intOrString, timestamp } from './schema.js';
import { ClaimSelector, LabelSelectorSpec } from './selector.js';
import { QualifiedKey, Toleration } from './taint.js';

const Predicate = z.object({
  requiredClusterSelector: z
    .object({
      labelSelector: LabelSelectorSpec.optional(),
      claimSelector: ClaimSelector.optional(),
      celSelector: z
        .object({ celExpressions: z.array(z.string()).optional() })
        .optional()
        .describe('Every expression must be true for the variable managedCluster.'),
    })
    .optional(),
});
export type Predicate = z.infer<typeof Predicate>;

const ScoreCoordinate = z.object({
  type: z.enum(['BuiltIn', 'AddOn']).default('BuiltIn'),
  builtIn: z.string().optional().describe('Balance, Steady, ResourceAllocatableCPU or ResourceAllocatableMemory.'),
  addOn: z
    .object({
      resourceName: z.string().describe('Name of the AddOnPlacementScore.'),
      scoreName: z.string().describe('Entry of its scores.'),
    })
    .optional(),
});

const PrioritizerConfig = z.object({
  scoreCoordinate: ScoreCoordinate,
  weight: z.int32().min(-10).max(10).default(1).describe('0 disables the prioritizer.'),
});
export type PrioritizerConfig = z.infer<typeof PrioritizerConfig>;

const PrioritizerPolicy = z.object({
  mode: z
    .string()
    .default('Additive')
    .describe('Additive adds to Balance and Steady of weight 1; Exact uses only the configurations.'),
  configurations: z.array(PrioritizerConfig).optional(),
});
export type PrioritizerPolicy = z.infer<typeof PrioritizerPolicy>;

const SpreadConstraint = z.object({
  topologyKey: QualifiedKey,
  topologyKeyType: z.enum(['Label', 'Claim']),
  maxSkew: z.int32().min(1).default(1),
  whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']).default('ScheduleAnyway'),
});

const DecisionGroup = z.object({
  groupName: z.string().regex(/^[a-zA-Z0-9][-A-Za-z0-9_.]{0,61}[a-zA-Z0-9]$/),
  groupClusterSelector: z.object({
    labelSelector: LabelSelectorSpec.optional(),
    claimSelector: ClaimSelector.optional(),
  }),
});
export type DecisionGroup = z.infer<typeof DecisionGroup>;

const GroupStrategy = z.object({
  decisionGroups: z.array(DecisionGroup).optional(),
  clustersPerDecisionGroup: intOrString(/^((100|[1-9][0-9]{0,1})%|[1-9][0-9]*)$/)
    .default('100%')
    .describe('Greatest size of a group: a number, or a percentage of the selected clusters.'),
});
export type GroupStrategy = z.infer<typeof GroupStrategy>;

const DecisionGroupStatus = z.object({
  decisionGroupIndex: z.int32().optional(),
  decisionGroupName: z.string().optional(),
  decisions: z.array(z.string()).optional().describe('Names of the PlacementDecisions.'),
  clusterCount: z.int32().default(0),
});

export const Placement = defineResource({
  group: CLUSTER_GROUP,
  version: 'v1beta1',
  kind: 'Placement',
  plural: 'placements',
  namespaced: true,
  columns: [
    { name: 'Succeeded', type: 'string', jsonPath: '.status.conditions[?(@.type=="PlacementSatisfied")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="PlacementSatisfied")].reason' },
    { name: 'SelectedClusters', type: 'integer', jsonPath: '.status.numberOfSelectedClusters' },
  ],
  fields: {
    spec: z.object({
      clusterSets: z.array(z.string()).optional().describe('Narrows the bound sets; all of them when empty.'),
      numberOfClusters: z.int32().optional().describe('All feasible clusters when absent.'),
      predicates: z.array(Predicate).optional().describe('A cluster has to match one of them.'),
      prioritizerPolicy: PrioritizerPolicy.optional(),
      spreadPolicy: z.object({ spreadConstraints: z.array(SpreadConstraint).max(8).optional() }).optional(),
      tolerations: z.array(Toleration).optional(),
      decisionStrategy: z.object({ groupStrategy: GroupStrategy.optional() }).optional(),
      sortBy: z.enum(['ClusterName', 'Score']).default('ClusterName'),
      scoreRateLimit: z
        .string()
        .regex(/^[0-9]+[hms]$/)
        .default('1m'),
    }),
    status: z
      .object({
        numberOfSelectedClusters: z.int32().optional(),
        decisionGroups: z.array(DecisionGroupStatus).optional(),
        conditions: Conditions.optional(),
        lastScoreUpdateTime: timestamp().optional(),
      })
      .optional(),
  },
});
export type Placement = z.infer<typeof Placement.schema>;
