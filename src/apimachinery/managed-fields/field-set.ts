/**
 * A set of field paths in the form it travels in (`fieldsV1`): `f:` names a member, `k:` a list item by its keys, `v:` a
 * set item by its value, `i:` a position. A path is in the set when its node is empty or has `.`; a node that has only
 * other children is merely on the way to them. The root is never a member. Sets are values: no function changes one.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

export const EMPTY: FieldSet = Object.freeze({});
const SELF = '.';

const isMember = (node: FieldSet | undefined): boolean => {
  if (!node) return false;
  for (const element in node) {
    // A node's own mark is written first, but foreign writers need not.
    return element === SELF || SELF in node;
  }
  return true;
};

export function isEmptySet(set: FieldSet): boolean {
  for (const element in set) if (element !== SELF) return false;
  return true;
}

/** The elements below a node, without its own mark. */
export const elementsOf = (set: FieldSet): string[] => Object.keys(set).filter((element) => element !== SELF);

/** The subset below `element`, as a set of its own. */
export const below = (set: FieldSet, element: string): FieldSet => set[element] ?? EMPTY;

/** Whether the path that is just `element` is in the set. */
export const hasElement = (set: FieldSet, element: string): boolean => isMember(set[element]);

interface OpenSet {
  [element: string]: FieldSet;
}

function put(set: OpenSet, element: string, member: boolean, children: FieldSet): void {
  const none = isEmptySet(children);
  if (none && !member) return;
  set[element] = none ? EMPTY : member ? { [SELF]: EMPTY, ...withoutSelf(children) } : withoutSelf(children);
}

function withoutSelf(set: FieldSet): FieldSet {
  if (!(SELF in set)) return set;
  const { [SELF]: _, ...children } = set;
  return children;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  const result: OpenSet = {};
  for (const element of new Set([...elementsOf(a), ...elementsOf(b)])) {
    const [left, right] = [a[element], b[element]];
    put(result, element, isMember(left) || isMember(right), union(left ?? EMPTY, right ?? EMPTY));
  }
  return result;
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: OpenSet = {};
  for (const element of elementsOf(a)) {
    const [left, right] = [a[element], b[element]];
    if (left && right) put(result, element, isMember(left) && isMember(right), intersection(left, right));
  }
  return result;
}

/** The paths of `a` that are not in `b`; a path below one in `b` stays. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  const result: OpenSet = {};
  for (const element of elementsOf(a)) {
    const [left = EMPTY, right] = [a[element], b[element]];
    put(result, element, isMember(left) && !isMember(right), right ? difference(left, right) : left);
  }
  return result;
}

/** The paths of `a` that are neither in `b` nor below a path in `b`. */
export function without(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(b)) return a;
  const result: OpenSet = {};
  for (const element of elementsOf(a)) {
    const [left = EMPTY, right] = [a[element], b[element]];
    if (!isMember(right)) put(result, element, isMember(left), right ? without(left, right) : left);
  }
  return result;
}

export const isSubset = (a: FieldSet, b: FieldSet): boolean => isEmptySet(difference(a, b));

/** A set that grows; what it has collected is read once it is complete. */
export class FieldSetBuilder {
  readonly #root: OpenSet = {};

  add(path: readonly string[]): void {
    let node = this.#root;
    for (const [at, element] of path.entries()) {
      const existing = node[element];
      if (at === path.length - 1) {
        if (!existing) node[element] = EMPTY;
        else if (!isMember(existing)) node[element] = { [SELF]: EMPTY, ...existing };
      } else {
        // Every node but EMPTY was made by this builder.
        const next: OpenSet = !existing ? {} : existing === EMPTY ? { [SELF]: EMPTY } : (existing as OpenSet);
        node[element] = next;
        node = next;
      }
    }
  }

  get set(): FieldSet {
    return this.#root;
  }
}

/** One node of a set under construction, by someone who walks depth first. */
export function nodeOfSet(children: Iterable<readonly [element: string, member: boolean, below: FieldSet]>): FieldSet {
  const result: OpenSet = {};
  for (const [element, member, below] of children) put(result, element, member, below);
  return result;
}

/** Every path of the set; those that end at a node before those that go on below it, each in canonical order. */
export function* pathsOf(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  const elements = elementsOf(set).sort(compareElements);
  for (const element of elements) if (isMember(set[element])) yield [...prefix, element];
  for (const element of elements) yield* pathsOf(set[element] ?? EMPTY, [...prefix, element]);
}

const RANK: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };
const rankOf = (element: string): number => RANK[element.charAt(0)] ?? 4;

function compareElements(a: string, b: string): number {
  const byRank = rankOf(a) - rankOf(b);
  if (byRank !== 0) return byRank;
  const [left, right] = [Number(a.slice(2)), Number(b.slice(2))];
  if (a.charAt(0) !== 'f' && !Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The same set written in the order Kubernetes writes it, so that equal sets are equal texts. */
export function canonicalSet(set: FieldSet): FieldSet {
  const result: OpenSet = {};
  if (SELF in set) result[SELF] = EMPTY;
  for (const element of elementsOf(set).sort(compareElements)) result[element] = canonicalSet(set[element] ?? EMPTY);
  return result;
}
