import { TerminalError } from '../control/errors.js';

export interface Version {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: readonly string[];
}

const VERSION = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;
const PARTIAL =
  /^v?(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*]))?(?:\.(\d{1,9}|[xX*]))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/** A tag as a version, with or without a leading `v`; undefined when it is none. */
export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text);
  if (!match) return undefined;
  return {
    numbers: [Number(match[1]), Number(match[2]), Number(match[3])],
    prerelease: match[4]?.split('.') ?? [],
  };
}

const compareIdentifier = (a: string, b: string): number => {
  const [numericA, numericB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numericA && numericB) return Math.sign(Number(a) - Number(b));
  if (numericA !== numericB) return numericA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
};

/** Negative, zero or positive, by the precedence rules of SemVer 2. */
export function compareVersions(a: Version, b: Version): number {
  for (const index of [0, 1, 2] as const) {
    if (a.numbers[index] !== b.numbers[index]) return a.numbers[index] - b.numbers[index];
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  for (const [index, identifier] of a.prerelease.entries()) {
    const other = b.prerelease[index];
    if (other === undefined) return 1;
    const order = compareIdentifier(identifier, other);
    if (order !== 0) return order;
  }
  return a.prerelease.length - b.prerelease.length;
}

interface Comparator {
  readonly operator: '>=' | '<' | '>' | '<=' | '=';
  readonly version: Version;
}

const version = (major: number, minor: number, patch: number, prerelease: readonly string[] = []): Version => ({
  numbers: [major, minor, patch],
  prerelease,
});

// "<2.0.0-0" excludes pre-releases of 2.0.0 as well, which "<2.0.0" alone would let through.
const below = (major: number, minor: number, patch: number): Comparator => ({
  operator: '<',
  version: version(major, minor, patch, ['0']),
});

const wild = (part: string | undefined): boolean => part === undefined || /^[xX*]$/.test(part);

const between = (low: Version, high: Comparator): Comparator[] => [{ operator: '>=', version: low }, high];

/** `1.2` means every 1.2.x; the operator decides which end of that span counts. */
const fromPartial = (operator: string, parts: readonly (string | undefined)[]): Comparator[] => {
  const [major, minor] = [Number(parts[0]), Number(parts[1])];
  const low = wild(parts[0]) ? version(0, 0, 0) : wild(parts[1]) ? version(major, 0, 0) : version(major, minor, 0);
  if (wild(parts[0])) return operator === '<' || operator === '>' ? [below(0, 0, 0)] : between(low, below(1e9, 0, 0));
  const next = wild(parts[1]) ? below(major + 1, 0, 0) : below(major, minor + 1, 0);
  switch (operator) {
    case '>=':
      return [{ operator: '>=', version: low }];
    case '>':
      return [{ operator: '>=', version: { ...next.version, prerelease: [] } }];
    case '<':
      return [{ operator: '<', version: { ...low, prerelease: ['0'] } }];
    case '<=':
      return [next];
    case '^':
      return between(low, wild(parts[1]) || major > 0 ? below(major + 1, 0, 0) : below(0, minor + 1, 0));
    default:
      return between(low, next);
  }
};

const fromFull = (operator: string, full: Version): Comparator[] => {
  const [major, minor, patch] = full.numbers;
  switch (operator) {
    case '^':
      return between(
        full,
        major > 0 ? below(major + 1, 0, 0) : minor > 0 ? below(0, minor + 1, 0) : below(0, 0, patch + 1),
      );
    case '~':
      return between(full, below(major, minor + 1, 0));
    case '>=':
    case '<=':
    case '>':
    case '<':
      return [{ operator, version: full }];
    default:
      return [{ operator: '=', version: full }];
  }
};

const comparators = (text: string, range: string): Comparator[] => {
  const match = /^(>=|<=|>|<|=|\^|~>?)?(.+)$/.exec(text);
  const operator = (match?.[1] ?? '').replace('~>', '~');
  const parts = PARTIAL.exec(match?.[2] ?? '');
  if (!parts) {
    throw new TerminalError(
      `spec.ref.semver: "${range}" is not a version range; write for example ">=1.2.0 <2.0.0" or "1.x"`,
    );
  }
  if (wild(parts[1]) || wild(parts[2]) || wild(parts[3])) return fromPartial(operator, parts.slice(1, 4));
  const prerelease = parts[4]?.split('.') ?? [];
  return fromFull(operator, version(Number(parts[1]), Number(parts[2]), Number(parts[3]), prerelease));
};

const holds = ({ operator, version: bound }: Comparator, candidate: Version): boolean => {
  const order = compareVersions(candidate, bound);
  return operator === '='
    ? order === 0
    : operator === '>'
      ? order > 0
      : operator === '<'
        ? order < 0
        : operator === '>='
          ? order >= 0
          : order <= 0;
};

/** Pre-releases match only where the range itself names a pre-release of the same version, as npm and Flux do. */
export function parseRange(range: string): (candidate: Version) => boolean {
  const sets = range.split('||').map((set) =>
    set
      .trim()
      .replace(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2')
      .replace(/(>=|<=|>|<|=|\^|~>?)\s+/g, '$1')
      .split(/[\s,]+/)
      .map((part) => comparators(part === '' ? '*' : part, range)),
  );
  return (candidate) =>
    sets.some((set) => {
      const all = set.flat();
      const named = all.some(
        ({ version: bound }) =>
          bound.prerelease.length > 0 &&
          bound.prerelease[0] !== '0' &&
          bound.numbers.join() === candidate.numbers.join(),
      );
      return (candidate.prerelease.length === 0 || named) && all.every((comparator) => holds(comparator, candidate));
    });
}

/** The tag with the highest version inside the range; of equal versions the first by name. */
export function highestTag(tags: readonly string[], range: string): string | undefined {
  const matches = parseRange(range);
  let best: { readonly tag: string; readonly version: Version } | undefined;
  for (const tag of [...tags].sort()) {
    const candidate = parseVersion(tag);
    if (!candidate || !matches(candidate)) continue;
    if (!best || compareVersions(candidate, best.version) > 0) best = { tag, version: candidate };
  }
  return best?.tag;
}
