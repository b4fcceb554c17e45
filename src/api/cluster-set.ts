import { z } from 'zod';
import { Conditions } from './conditions.js';
import { CLUSTER_GROUP } from './placement-labels.js';
import { defineResource } from './resource.js';
import { LabelSelectorSpec } from './selector.js';

const ManagedNamespace = z.object({
  name: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
});

const ClusterSelector = z.object({
  selectorType: z.enum(['ExclusiveClusterSetLabel', 'LabelSelector']).default('ExclusiveClusterSetLabel'),
  labelSelector: LabelSelectorSpec.optional().describe('Used only with selectorType LabelSelector.'),
});

const EXCLUSIVE = { selectorType: 'ExclusiveClusterSetLabel' as const };

export const ManagedClusterSet = defineResource({
  group: CLUSTER_GROUP,
  version: 'v1beta2',
  kind: 'ManagedClusterSet',
  plural: 'managedclustersets',
  namespaced: false,
  shortNames: ['mclset', 'mclsets'],
  columns: [
    { name: 'Empty', type: 'string', jsonPath: '.status.conditions[?(@.type=="ClusterSetEmpty")].status' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  fields: {
    spec: z
      .object({
        clusterSelector: ClusterSelector.default(EXCLUSIVE),
        managedNamespaces: z
          .array(ManagedNamespace)
          .optional()
          .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
      })
      .default({ clusterSelector: EXCLUSIVE }),
    status: z.object({ conditions: Conditions.optional() }).optional(),
  },
});
export type ManagedClusterSet = z.infer<typeof ManagedClusterSet.schema>;

/** Lets the placements of its namespace use a set. */
export const ManagedClusterSetBinding = defineResource({
  group: CLUSTER_GROUP,
  version: 'v1beta2',
  kind: 'ManagedClusterSetBinding',
  plural: 'managedclustersetbindings',
  namespaced: true,
  shortNames: ['mclsetbinding', 'mclsetbindings'],
  fields: {
    spec: z.object({ clusterSet: z.string().min(1).optional() }).optional(),
    status: z.object({ conditions: Conditions.optional() }).optional(),
  },
});
export type ManagedClusterSetBinding = z.infer<typeof ManagedClusterSetBinding.schema>;
