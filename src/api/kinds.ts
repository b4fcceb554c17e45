import { AppliedManifestWork } from './applied-work.js';
import { GitSource } from './gitsource.js';
import { ManifestWorkReplicaSet } from './replica-set.js';
import type { Resource } from './resource.js';
import { ManifestWork } from './work.js';

/** Every kind with a declaration of ours, in the order the CRDs are printed. */
export const KINDS: readonly Resource[] = [ManifestWork, AppliedManifestWork, ManifestWorkReplicaSet, GitSource];
