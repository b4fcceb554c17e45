/** More than any object the API server would take: 1.5 MiB of JSON holds fewer values. */
const MAX_NODES = 200_000;
const MAX_DEPTH = 100;

interface Extent {
  readonly nodes: number;
  readonly depth: number;
}

interface Found {
  readonly field: string;
  readonly message: string;
}

class Refusal extends Error {
  readonly found: Found;

  constructor(found: Found) {
    super(found.message);
    this.found = found;
  }
}

const LEAF: Extent = { nodes: 1, depth: 1 };

/**
 * Why a value cannot be an object, although each part of it is well-formed: aliases that multiply or point at their own
 * parent, numbers that JSON cannot hold. Shared parts are measured once, so a bomb costs no time.
 */
export function sizeProblem(value: unknown): Found | undefined {
  const known = new Map<object, Extent | 'open'>();

  const measure = (node: unknown, field: string): Extent => {
    if (typeof node === 'number') checkNumber(node, field);
    if (typeof node !== 'object' || node === null) return LEAF;
    const before = known.get(node);
    if (before === 'open') throw new Refusal({ field, message: 'an alias must not point at a parent of itself' });
    if (before) return before;
    known.set(node, 'open');
    const extent = Array.isArray(node) ? measureItems(node, field) : measureMembers(node, field);
    known.set(node, extent);
    return extent;
  };

  const add = (total: Extent, part: Extent, field: string): Extent => {
    const sum = { nodes: total.nodes + part.nodes, depth: Math.max(total.depth, part.depth + 1) };
    if (sum.nodes > MAX_NODES) {
      throw new Refusal({ field, message: `the document has more than ${MAX_NODES} values once aliases are resolved` });
    }
    if (sum.depth > MAX_DEPTH) throw new Refusal({ field, message: `nested deeper than ${MAX_DEPTH} levels` });
    return sum;
  };

  const measureItems = (items: readonly unknown[], field: string): Extent =>
    items.reduce<Extent>((total, item, index) => add(total, measure(item, `${field}[${index}]`), field), LEAF);

  const measureMembers = (object: object, field: string): Extent => {
    let total = LEAF;
    for (const [key, member] of Object.entries(object)) {
      const child = field === '' ? key : `${field}.${key}`;
      if (key === '__proto__') throw new Refusal({ field: child, message: 'the field name "__proto__" is refused' });
      total = add(total, measure(member, child), field);
    }
    return total;
  };

  try {
    measure(value, '');
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.found;
    throw error;
  }
}

const checkNumber = (value: number, field: string): void => {
  if (!Number.isFinite(value)) throw new Refusal({ field, message: 'infinite and undefined numbers cannot be stored' });
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Refusal({ field, message: 'this number is too large to be kept exactly; write it as a string' });
  }
};
