/** What one source may cost. A breach is a condition of that source and nothing else. */
export interface Limits {
  readonly maxRepositoryBytes: number;
  /** Printed by git when it lists the tree of a commit. */
  readonly maxTreeBytes: number;
  /** Selected files. */
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  /** All selected files together. */
  readonly maxTotalBytes: number;
  readonly maxObjects: number;
}

const MEBI = 1024 * 1024;

export const DEFAULT_LIMITS: Limits = {
  maxRepositoryBytes: 1024 * MEBI,
  maxTreeBytes: 64 * MEBI,
  maxFiles: 10_000,
  maxFileBytes: 4 * MEBI,
  maxTotalBytes: 64 * MEBI,
  maxObjects: 20_000,
};
