import { AppliedManifestWork } from '../api/applied-work.js';
import { ClusterClaim } from '../api/cluster-claim.js';
import { Namespace } from '../api/core.js';
import { schemaOf } from '../api/crd.js';
import { GitSource } from '../api/gitsource.js';
import { KINDS } from '../api/kinds.js';
import { apiVersionOf, type ResourceType } from '../api/resource.js';
import type { StructuralSchema } from '../apimachinery/structural/schema.js';

/** A kind that may come from a repository, and the schema its objects must match. */
export interface Entry {
  readonly type: ResourceType;
  readonly schema: StructuralSchema;
}

// A source cannot come from a source; the others are the cluster's own records and mean nothing on the hub.
const LEFT_OUT: readonly string[] = [GitSource.kind, ClusterClaim.kind, AppliedManifestWork.kind];

const ENTRIES: readonly Entry[] = [Namespace, ...KINDS.filter(({ kind }) => !LEFT_OUT.includes(kind))].map(
  (resource) => {
    const { group, version, kind, plural, namespaced } = resource;
    return { type: { group, version, kind, plural, namespaced }, schema: schemaOf(resource) };
  },
);

/** Every kind a repository may hold. */
export const GIT_KINDS: readonly ResourceType[] = ENTRIES.map(({ type }) => type);

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

export type Lookup = { readonly entry: Entry } | { readonly problem: string };

/** Finds the kind, or says what to do about one that may not come from Git. */
export function lookUp(apiVersion: string, kind: string): Lookup {
  const entry = ENTRIES.find(({ type }) => apiVersionOf(type) === apiVersion && type.kind === kind);
  if (entry) return { entry };
  if (kind === GitSource.kind && groupOf(apiVersion) === GitSource.group) {
    return { problem: 'a GitSource cannot come from Git; apply it to the hub with kubectl' };
  }
  const sibling = ENTRIES.find(({ type }) => type.group === groupOf(apiVersion) && type.kind === kind);
  if (sibling)
    return { problem: `version ${apiVersion} of ${kind} is not served; write ${apiVersionOf(sibling.type)}` };
  const elsewhere = ENTRIES.find(({ type }) => type.kind === kind);
  if (elsewhere) return { problem: `there is no ${kind} in ${apiVersion}; write ${apiVersionOf(elsewhere.type)}` };
  return {
    problem: `${apiVersion} ${kind} is not a kind of the hub; to bring it to clusters put it into spec.workload.manifests of a ManifestWork or ManifestWorkReplicaSet, or leave the file out with spec.exclude`,
  };
}
