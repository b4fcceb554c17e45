import { z } from 'zod';
import { Conditions } from './conditions.js';
import { defineResource, type PrinterColumn } from './resource.js';
import { RolloutStrategy } from './rollout.js';
import { ManifestWorkSpec, WORK_GROUP } from './work.js';

export const REPLICA_SET_FINALIZER = 'work.open-cluster-management.io/manifest-work-cleanup';
/** On generated works: `<namespace>.<name>` of the set. */
export const REPLICA_SET_LABEL = 'work.open-cluster-management.io/manifestworkreplicaset';
/** On generated works: name of the Placement that selected the cluster. */
export const PLACEMENT_NAME_LABEL = 'work.open-cluster-management.io/placementname';

const count = () => z.int().optional();
const Summary = z.object({
  total: count(),
  available: count(),
  progressing: count(),
  degraded: count(),
  applied: count(),
  desiredTotal: count(),
  updated: count(),
});

const column = (name: string, condition: string, field: 'reason' | 'status'): PrinterColumn => ({
  name,
  type: 'string',
  jsonPath: `.status.conditions[?(@.type=="${condition}")].${field}`,
});

/** One ManifestWork per cluster of the referenced placements. */
export const ManifestWorkReplicaSet = defineResource({
  group: WORK_GROUP,
  version: 'v1alpha1',
  kind: 'ManifestWorkReplicaSet',
  plural: 'manifestworkreplicasets',
  namespaced: true,
  shortNames: ['mwrs'],
  columns: [
    column('Placement', 'PlacementVerified', 'reason'),
    column('Found', 'PlacementVerified', 'status'),
    column('ManifestWorks', 'ManifestworkApplied', 'reason'),
    column('Applied', 'ManifestworkApplied', 'status'),
  ],
  fields: {
    spec: z
      .object({
        manifestWorkTemplate: ManifestWorkSpec.optional().describe('Spec of every generated ManifestWork.'),
        placementRefs: z
          .array(
            z.object({
              name: z.string().min(1).describe('A Placement of the same namespace.'),
              rolloutStrategy: RolloutStrategy.default({
                type: 'All',
                all: { progressDeadline: 'None', maxFailures: 0, minSuccessTime: '0' },
              }),
            }),
          )
          .min(1),
        cascadeDeletionPolicy: z
          .enum(['Background', 'Foreground'])
          .default('Background')
          .describe('Foreground: the set stays until its works are gone.'),
      })
      .optional(),
    status: z
      .object({
        conditions: Conditions.optional(),
        summary: Summary.optional(),
        placementSummary: z
          .array(
            z.object({
              name: z.string(),
              availableDecisionGroups: z.string(),
              summary: Summary.optional(),
            }),
          )
          .optional(),
      })
      .optional(),
  },
});
export type ManifestWorkReplicaSet = z.infer<typeof ManifestWorkReplicaSet.schema>;
