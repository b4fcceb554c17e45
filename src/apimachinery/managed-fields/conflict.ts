import { type FieldSet, intersection, isEmptySet, pathsOf } from './field-set.js';
import type { Managers, Owned } from './managers.js';
import { formatPath } from './path-element.js';

/** One cause of the `Conflict` Status of a refused apply. */
export interface ConflictCause {
  readonly reason: 'FieldManagerConflict';
  readonly message: string;
  readonly field: string;
}

export interface Conflicts {
  readonly message: string;
  readonly causes: readonly ConflictCause[];
}

/** What `changed` takes from others than `identity`; undefined when nothing. */
export function conflictsOf(managers: Managers, identity: string, changed: FieldSet): Conflicts | undefined {
  const byOwner = [...managers.entries()]
    .filter(([other]) => other !== identity)
    .map(([other, owned]) => ({ other, owner: printed(owned), taken: intersection(owned.fields, changed) }))
    .filter(({ taken }) => !isEmptySet(taken))
    .sort((a, b) => (a.other < b.other ? -1 : 1))
    .map(({ owner, taken }) => ({ owner, paths: [...pathsOf(taken)].map(formatPath) }));
  const causes = byOwner
    .flatMap(({ owner, paths }) =>
      paths.map((field) => ({ reason: 'FieldManagerConflict' as const, message: `conflict with ${owner}`, field })),
    )
    .sort((a, b) => (a.field === b.field ? 0 : a.field < b.field ? -1 : 1));
  const [first] = causes;
  if (!first) return undefined;
  if (causes.length === 1) return { message: `Apply failed with 1 conflict: ${first.message}: ${first.field}`, causes };
  const lines = byOwner.flatMap(({ owner, paths }) => [
    `conflicts with ${owner}:`,
    ...paths.map((path) => `- ${path}`),
  ]);
  return { message: `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`, causes };
}

function printed({ manager, operation, apiVersion, subresource }: Owned): string {
  const place = subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  return `${JSON.stringify(manager)}${place}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}
