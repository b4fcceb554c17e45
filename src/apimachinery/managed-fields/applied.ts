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
  const problems: string[] = [];
  check(applied, type, [], problems);
  if (problems.length === 0) return;
  const found =
    problems.length === 1 ? problems[0] : `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
  throw new ApplyError('InternalError', `failed to create typed patch object: ${found}`);
}

/** Whether the fields of an object can be told; what stands twice in a list matters only to who applies it. */
export function isReadable(object: unknown, type: OwnershipType): boolean {
  const problems: string[] = [];
  check(object, type, [], problems);
  return problems.every((problem) => problem.includes(DUPLICATE));
}

const DUPLICATE = ': duplicate entries for key ';

function check(value: unknown, type: OwnershipType, path: readonly string[], problems: string[]): void {
  if (value === null) return;
  if (Array.isArray(value) && type.list) checkItems(value, type.list, path, problems);
  else if (isJsonObject(value) && type.map) checkMembers(value, type.map, path, problems);
  else if (typeof value === 'object' || !type.scalar || !isOf(type.scalar, value)) {
    problems.push(`${formatPath(path)}: expected ${expected(type)}, got ${found(value, type)}`);
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
  problems: string[],
): void {
  // A field nobody knows ends the look at its map.
  for (const [name, value] of Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const at = [...path, fieldElement(name)];
    const type = map.fields.get(name) ?? map.others;
    if (!type) {
      problems.push(`${formatPath(at)}: field not declared in schema`);
      return;
    }
    check(value, type, at, problems);
  }
}

function checkItems(list: readonly unknown[], type: ListType, path: readonly string[], problems: string[]): void {
  const seen = new Set<string>();
  for (const [at, item] of list.entries()) {
    if (type.atomic) {
      check(item, type.items, [...path, `i:${at}`], problems);
      continue;
    }
    const element = itemElement(item, type);
    if (element === undefined) {
      problems.push(`${formatPath(path)}: element ${at}: ${unidentified(item, type)}`);
      return;
    }
    if (seen.has(element)) problems.push(`${formatPath(path)}${DUPLICATE}${formatPath([element])}`);
    else check(item, type.items, [...path, element], problems);
    seen.add(element);
  }
}

function unidentified(item: unknown, { keys }: ListType): string {
  if (keys.length === 0) {
    return Array.isArray(item)
      ? 'not supported: associative list with lists as elements'
      : "associative list without keys has an element that's a map type";
  }
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isJsonObject(item)) return 'associative list with keys may not have non-map elements';
  const names = `[${keys.map((key) => JSON.stringify(key)).join(' ')}]`;
  return `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`;
}
