import { AGE, type Column } from './column.js';
import { CORE_COLUMNS } from './core-columns.js';
import { OTHER_COLUMNS } from './other-columns.js';
import { WORKLOAD_COLUMNS } from './workload-columns.js';

/** `<group>/<Kind>`, or the kind alone for the core group, to its columns. A kind without a row has its age only. */
const COLUMNS: Readonly<Record<string, readonly Column[]>> = { ...CORE_COLUMNS, ...WORKLOAD_COLUMNS, ...OTHER_COLUMNS };

/** The columns of a built-in kind after its name. */
export const columnsOf = (group: string, kind: string): readonly Column[] =>
  COLUMNS[group === '' ? kind : `${group}/${kind}`] ?? [AGE];
