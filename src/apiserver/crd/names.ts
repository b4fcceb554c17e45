import type { Kind } from '../kind.js';
import type { Condition, Definition } from './definition.js';

type Names = Definition['names'];

export interface Acceptance {
  readonly names: Names;
  /** The last of the names somebody else has, and why it is refused. */
  readonly conflict: Pick<Condition, 'reason' | 'message'> | undefined;
}

/** Names belong, within their group, to whoever had them first; those nobody else has are accepted one by one. */
export function acceptNames(wanted: Names, accepted: Names, others: readonly Kind[]): Acceptance {
  const resources = new Set(others.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]));
  const kinds = new Set(others.flatMap(({ kind, listKind }) => [kind, listKind]));
  let conflict: Acceptance['conflict'];
  const isTaken = (reason: string, taken: ReadonlySet<string>, names: readonly (string | undefined)[]): boolean => {
    const found = names.filter((name) => name !== undefined && taken.has(name));
    if (found.length > 0) {
      const message = found.map((name) => `${JSON.stringify(name)} is already in use`).join(', ');
      conflict = { reason, message };
    }
    return found.length > 0;
  };
  const plural = isTaken('PluralConflict', resources, [wanted.plural]) ? accepted : wanted;
  const singular = isTaken('SingularConflict', resources, [wanted.singular]) ? accepted : wanted;
  const short = isTaken('ShortNamesConflict', resources, wanted.shortNames ?? []) ? accepted : wanted;
  const kind = isTaken('KindConflict', kinds, [wanted.kind]) ? accepted : wanted;
  const listKind = isTaken('ListKindConflict', kinds, [wanted.listKind]) ? accepted : wanted;
  return {
    names: {
      plural: plural.plural,
      ...given('singular', singular.singular),
      ...given('shortNames', short.shortNames),
      kind: kind.kind,
      ...given('listKind', listKind.listKind),
      ...given('categories', wanted.categories),
    },
    conflict,
  };
}

const given = <T>(name: string, value: T | undefined): Readonly<Record<string, T>> =>
  value === undefined ? {} : { [name]: value };
