import type { LocalObjects } from '../../kind.js';

/** The name of the class that objects without one get: of those marked as the default, the newest. */
export function defaultClass(
  local: LocalObjects,
  { apiVersion, kind, annotations }: { apiVersion: string; kind: string; annotations: readonly string[] },
): string | undefined {
  const classes = local.kindOf(apiVersion, kind);
  if (!classes) return undefined;
  const marked = local
    .list(classes)
    .map(({ metadata }) => metadata)
    .filter((metadata) => annotations.some((one) => metadata.annotations?.[one] === 'true'));
  const [newest] = marked.toSorted(
    (a, b) => (b.creationTimestamp ?? '').localeCompare(a.creationTimestamp ?? '') || (a.name < b.name ? -1 : 1),
  );
  return newest?.name;
}
