import { type Declaration, declare, traversal } from './library.js';
import { CelError, Opaque } from './value.js';

const NUMBER = '(0|[1-9]\\d*)';
const PRERELEASE = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const PATTERN = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${PRERELEASE}(?:\\.${PRERELEASE})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);
const MAX = 2n ** 64n - 1n;

class Semver extends Opaque {
  readonly celType = 'kubernetes.Semver';
  readonly parts: readonly bigint[];
  readonly prerelease: readonly string[];

  constructor(parts: readonly bigint[], prerelease: readonly string[]) {
    super();
    this.parts = parts;
    this.prerelease = prerelease;
  }

  equals(other: Opaque): boolean {
    return other instanceof Semver && compare(this, other) === 0;
  }
}

function parse(text: string): Semver | undefined {
  const [, major, minor, patch, prerelease] = PATTERN.exec(text) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  const parts = [major, minor, patch].map(BigInt);
  return parts.some((part) => part > MAX) ? undefined : new Semver(parts, prerelease?.split('.') ?? []);
}

/** Kubernetes' tolerant form: a leading `v`, missing parts and leading zeros are put right first. */
function normalized(text: string): string {
  const [, core = '', rest = ''] = /^v?([^-+]*)([\s\S]*)$/.exec(text.trim()) ?? [];
  const parts = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  return [...parts, ...Array<string>(Math.max(0, 3 - parts.length)).fill('0')].join('.') + rest;
}

function semver(text: string): Semver {
  const version = parse(text);
  if (!version) throw new CelError(problemOf(text));
  return version;
}

function problemOf(text: string): string {
  const [major = '', minor = '', ...rest] = text.split('.');
  if (rest.length === 0) return 'No Major.Minor.Patch elements found';
  const patch = rest.join('.').replace(/[-+].*$/, '');
  for (const [name, part] of Object.entries({ Major: major, Minor: minor, Patch: patch })) {
    const shown = JSON.stringify(part);
    if (!/^\d+$/.test(part)) return `Invalid character(s) found in ${name.toLowerCase()} number ${shown}`;
    if (part.length > 1 && part.startsWith('0')) return `${name} number must not contain leading zeroes ${shown}`;
  }
  return `Invalid character(s) found in version ${JSON.stringify(text)}`;
}

function compare(a: Semver, b: Semver): number {
  for (const [at, part] of a.parts.entries()) {
    const other = b.parts[at] ?? 0n;
    if (part !== other) return part < other ? -1 : 1;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  for (const [at, identifier] of a.prerelease.entries()) {
    const order = compareIdentifiers(identifier, b.prerelease[at]);
    if (order !== 0) return order;
  }
  return a.prerelease.length - b.prerelease.length;
}

/** Numbers come before words and in numeric order. */
function compareIdentifiers(a: string, b: string | undefined): number {
  if (b === undefined) return 1;
  const [aNumber, bNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aNumber && bNumber) return Number(BigInt(a) - BigInt(b));
  if (aNumber !== bNumber) return aNumber ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

const S = 'kubernetes.Semver';

/** The first version of the library, which OCM has. */
export const SEMVER: readonly Declaration[] = [
  declare(`semver(string): ${S}`, semver, traversal),
  declare('isSemver(string): bool', (text: string) => parse(text) !== undefined, traversal),
  declare(`(${S}).isLessThan(${S}): bool`, (a: Semver, b: Semver) => compare(a, b) < 0),
  declare(`(${S}).isGreaterThan(${S}): bool`, (a: Semver, b: Semver) => compare(a, b) > 0),
  declare(`(${S}).compareTo(${S}): int`, (a: Semver, b: Semver) => BigInt(Math.sign(compare(a, b)))),
  ...['major', 'minor', 'patch'].map((name, at) =>
    declare(`(${S}).${name}(): int`, ({ parts }: Semver) => parts[at] ?? 0n),
  ),
];

/** What the second version adds. */
export const SEMVER_NORMALIZING: readonly Declaration[] = [
  declare(
    `semver(string, bool): ${S}`,
    (text: string, isNormalized: boolean) => semver(isNormalized ? normalized(text) : text),
    traversal,
  ),
  declare(
    'isSemver(string, bool): bool',
    (text: string, isNormalized: boolean) => parse(isNormalized ? normalized(text) : text) !== undefined,
    traversal,
  ),
];
