import { GitSource } from './gitsource.js';
import type { Resource } from './resource.js';

/** Every kind with a declaration of ours, in the order the CRDs are printed. */
export const KINDS: readonly Resource[] = [GitSource];
