import { goSyntax, goText, goType } from '../go-text.js';
import { isJsonObject } from '../json.js';
import type { ListType, MapType, OwnershipType, Scalar } from './ownership-type.js';
import { fieldElement, formatPath, itemElement } from './path-element.js';

/** A request to apply that no state of the object could satisfy. */
export class ApplyError extends Error {
  override readonly name = 'ApplyError';
  readonly reason: 'BadRequest' | 'InternalError';

  constructor(reason: ApplyError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What is applied must be understood to the last field, or somebody's intent would be lost. */
export function checkApplied(applied: unknown, type: OwnershipType): void {
  refuse('failed to create typed patch object', problemsOf(applied, type));
}

/** A list may be stored where the schema asks for a time: what the object is made of cannot be told then, nor merged. */
export const checkLive = (live: unknown, type: OwnershipType, before: string): void =>
  refuse(before, unreadable(live, type));

function refuse(before: string, problems: readonly Problem[]): void {
  const texts = problems.map(({ text }) => text);
  if (texts.length === 0) return;
  const found = texts.length === 1 ? texts[0] : `errors:\n${texts.map((text) => `  ${text}`).join('\n')}`;
  throw new ApplyError('InternalError', `${before}: ${found}`);
}

/** What stands twice in a list matters only to who applies it. */
const unreadable = (object: unknown, type: OwnershipType): readonly Problem[] =>
  problemsOf(object, type).filter(({ isRepeated }) => !isRepeated);

/** Whether the fields of an object can be told. */
export const isReadable = (object: unknown, type: OwnershipType): boolean => unreadable(object, type).length === 0;

interface Problem {
  readonly text: string;
  /** An entry of a list that is there already. */
  readonly isRepeated?: boolean;
}

function problemsOf(object: unknown, type: OwnershipType): readonly Problem[] {
  const problems: Problem[] = [];
  check(object, type, [], problems);
  return problems;
}

function check(value: unknown, type: OwnershipType, path: readonly string[], problems: Problem[]): void {
  if (value === null) return;
  if (Array.isArray(value) && type.list) checkItems(value, type.list, path, problems);
  else if (isJsonObject(value) && type.map) checkMembers(value, type.map, path, problems);
  else if (typeof value === 'object' || !type.scalar || !isOf(type.scalar, value)) {
    problems.push({ text: `${formatPath(path)}: expected ${expected(type)}, got ${found(value, type)}` });
  }
}

/** Each form of a type tells in its own way what came instead. */
function found(value: unknown, { map, list, scalar }: OwnershipType): string {
  if (map || list) return `&{${goText(value)}}`;
  if (scalar === 'any' || scalar === 'boolean') return `&{${goText(value)}}`;
  return scalar === 'numeric' ? goType(value) : `&value.valueUnstructured{Value:${goSyntax(value)}}`;
}

const isOf = (scalar: Scalar, value: unknown): boolean =>
  scalar === 'any' || (scalar === 'numeric' ? typeof value === 'number' : typeof value === scalar);

const SCALAR_NAMES: Readonly<Record<Scalar, string>> = {
  any: 'any scalar',
  string: 'string',
  numeric: 'numeric (int or float)',
  boolean: 'boolean',
};

const expected = ({ map, list, scalar = 'any' }: OwnershipType): string =>
  map ? 'map' : list ? 'list' : SCALAR_NAMES[scalar];

function checkMembers(
  object: { [name: string]: unknown },
  map: MapType,
  path: readonly string[],
  problems: Problem[],
): void {
  // A field nobody knows ends the look at its map.
  for (const [name, value] of Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const at = [...path, fieldElement(name)];
    const type = map.fields.get(name) ?? map.others;
    if (!type) {
      problems.push({ text: `${formatPath(at)}: field not declared in schema` });
      return;
    }
    check(value, type, at, problems);
  }
}

function checkItems(list: readonly unknown[], type: ListType, path: readonly string[], problems: Problem[]): void {
  const seen = new Set<string>();
  for (const [at, item] of list.entries()) {
    if (type.atomic) {
      check(item, type.items, [...path, `i:${at}`], problems);
      continue;
    }
    const element = itemElement(item, type);
    if (element === undefined) {
      problems.push({ text: `${formatPath(path)}: element ${at}: ${unidentified(item, type)}` });
      return;
    }
    if (seen.has(element)) {
      const text = `${formatPath(path)}: duplicate entries for key ${formatPath([element])}`;
      problems.push({ text, isRepeated: true });
    } else check(item, type.items, [...path, element], problems);
    seen.add(element);
  }
}

function unidentified(item: unknown, { keys }: ListType): string {
  if (keys.length === 0) {
    if (item === null) return "associative list without keys has an element that's an explicit null";
    return Array.isArray(item)
      ? 'not supported: associative list with lists as elements'
      : "associative list without keys has an element that's a map type";
  }
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isJsonObject(item)) return 'associative list with keys may not have non-map elements';
  const names = `[${keys.map((key) => JSON.stringify(key)).join(' ')}]`;
  return `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`;
}
