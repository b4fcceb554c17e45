import { AddOnPlacementScore } from './addon-score.js';
import { AppliedManifestWork } from './applied-work.js';
import { ManagedCluster } from './cluster.js';
import { ClusterClaim } from './cluster-claim.js';
import { ManagedClusterSet, ManagedClusterSetBinding } from './cluster-set.js';
import { GitSource } from './gitsource.js';
import { Placement } from './placement.js';
import { PlacementDecision } from './placement-decision.js';
import { ManifestWorkReplicaSet } from './replica-set.js';
import type { Resource } from './resource.js';
import { ManifestWork } from './work.js';

/** Every kind with a declaration of ours, in the order the CRDs are printed. */
export const KINDS: readonly Resource[] = [
  ManagedCluster,
  ManagedClusterSet,
  ManagedClusterSetBinding,
  Placement,
  PlacementDecision,
  AddOnPlacementScore,
  ClusterClaim,
  ManifestWork,
  AppliedManifestWork,
  ManifestWorkReplicaSet,
  GitSource,
];
