import { z } from 'zod';
import { Conditions } from './conditions.js';
import { CLUSTER_GROUP } from './placement-labels.js';
import { defineResource } from './resource.js';
import { quantity } from './schema.js';
import { Taint } from './taint.js';

const ClientConfig = z.object({
  url: z.string(),
  caBundle: z.string().optional().meta({ format: 'byte' }),
});

const ManagedNamespaceStatus = z.object({
  clusterSet: z.string(),
  name: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
  conditions: Conditions.optional(),
});

/** Amounts by resource name: text such as `500m` or `2Gi`, or a bare integer. */
const Quantities = z.record(z.string(), quantity());

export const ReportedClaim = z.object({
  name: z.string().min(1).max(253),
  value: z.string().min(1).max(1024),
});
export type ReportedClaim = z.infer<typeof ReportedClaim>;

export const ManagedCluster = defineResource({
  group: CLUSTER_GROUP,
  version: 'v1',
  kind: 'ManagedCluster',
  plural: 'managedclusters',
  namespaced: false,
  shortNames: ['mcl', 'mcls'],
  columns: [
    { name: 'Hub Accepted', type: 'boolean', jsonPath: '.spec.hubAcceptsClient' },
    { name: 'Managed Cluster URLs', type: 'string', jsonPath: '.spec.managedClusterClientConfigs[*].url' },
    { name: 'Joined', type: 'string', jsonPath: '.status.conditions[?(@.type=="ManagedClusterJoined")].status' },
    {
      name: 'Available',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="ManagedClusterConditionAvailable")].status',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  fields: {
    spec: z.object({
      hubAcceptsClient: z.boolean().optional().describe('A hub administrator lets the cluster in.'),
      leaseDurationSeconds: z.int32().default(60).describe('Heartbeat period; Unknown after five missed ones.'),
      managedClusterClientConfigs: z.array(ClientConfig).optional(),
      taints: z.array(Taint).optional().meta({ 'x-kubernetes-list-type': 'atomic' }),
    }),
    status: z
      .object({
        conditions: Conditions.optional(),
        capacity: Quantities.optional(),
        allocatable: Quantities.optional(),
        version: z.object({ kubernetes: z.string().optional() }).optional(),
        clusterClaims: z.array(ReportedClaim).optional(),
        managedNamespaces: z
          .array(ManagedNamespaceStatus)
          .optional()
          .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['clusterSet', 'name'] }),
      })
      .optional(),
  },
});
export type ManagedCluster = z.infer<typeof ManagedCluster.schema>;
