/** What a list item is told apart by: the merge key's value, or the scalar itself. */
export type Identity = (item: unknown) => unknown;

/**
 * The order of a merged list: items named in `wanted` follow its order, the others keep the order of `live`, and the two
 * sequences are interleaved as `live` had them; an item nobody placed goes after.
 */
export function ordered(
  merged: readonly unknown[],
  wanted: readonly unknown[],
  live: readonly unknown[],
  identity: Identity,
): unknown[] {
  const wantedAt = positions(wanted, identity);
  const liveAt = positions(live, identity);
  const named = merged.filter((item) => wantedAt.has(identity(item)));
  const others = merged.filter((item) => !wantedAt.has(identity(item)));
  const at = (places: Map<unknown, number>, item: unknown): number => places.get(identity(item)) ?? places.size;
  named.sort((a, b) => at(wantedAt, a) - at(wantedAt, b));
  others.sort((a, b) => at(liveAt, a) - at(liveAt, b));
  return interleave(others, named, (other, one) => liveAt.has(identity(one)) && at(liveAt, other) < at(liveAt, one));
}

/** Where each stands first. */
export function positions(list: readonly unknown[], identity: Identity): Map<unknown, number> {
  const places = new Map<unknown, number>();
  for (const [at, item] of list.entries()) if (!places.has(identity(item))) places.set(identity(item), at);
  return places;
}

function interleave(
  others: readonly unknown[],
  named: readonly unknown[],
  isFirst: (other: unknown, one: unknown) => boolean,
): unknown[] {
  const result: unknown[] = [];
  let next = 0;
  for (const one of named) {
    while (next < others.length && isFirst(others[next], one)) result.push(others[next++]);
    result.push(one);
  }
  return [...result, ...others.slice(next)];
}
