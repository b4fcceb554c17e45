import type { JsonObject } from '../../../apimachinery/json.js';
import { DEFAULT_VALUES } from './default-values.js';
import { fieldsOf } from './schema.js';
import { NULL_LISTS, toldZero, zeroIn } from './zeros.js';

interface Member {
  readonly name: string;
  readonly zero: unknown;
}

const known = new Map<string, readonly Member[]>();

/** What an object of a Go type always has, by name; what a default sets is not among it. */
function membersOf(model: string): readonly Member[] {
  const found = known.get(model);
  if (found) return found;
  const members = fieldsOf(model).flatMap(({ name, code }): Member[] => {
    const path = `${model}.${name}`;
    const zero = zeroIn(path);
    if (path in DEFAULT_VALUES) return [];
    if (zero === 'nulled' || NULL_LISTS.has(path)) return [{ name, zero: null }];
    if (zero !== 'told' || /^[[{]/.test(code)) return [];
    return [{ name, zero: code.length === 1 ? toldZero(code) : withZeros(code, {}) }];
  });
  known.set(model, members);
  return members;
}

/** An object with the members that are never absent from its Go type. */
export function withZeros<T extends JsonObject>(model: string, object: T): T {
  const absent = membersOf(model).filter(({ name }) => object[name] === undefined);
  return absent.length === 0
    ? object
    : { ...object, ...Object.fromEntries(absent.map(({ name, zero }) => [name, zero])) };
}
