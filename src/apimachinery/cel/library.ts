import { type CelType, parseType, splitArguments } from './type.js';
import {
  CelList,
  CelMap,
  Duration,
  noSuchOverload,
  Opaque,
  Optional,
  sizeOf,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './value.js';

/** What a call costs, from its arguments; 1 when a function has none. */
export type Cost = (args: readonly Value[]) => number;

export interface Overload {
  readonly isMember: boolean;
  /** The receiver first. */
  readonly args: readonly CelType[];
  readonly result: CelType;
  readonly run: (...args: Value[]) => Value;
  readonly cost: Cost | undefined;
}

export interface Declaration extends Overload {
  readonly name: string;
}

/** Functions by name, in the order their overloads are tried. */
export type Functions = ReadonlyMap<string, readonly Overload[]>;

/**
 * Declares one overload from a signature: `size(string): int`, or `string.size(): int` for a method. What `run` is given
 * has been checked against the signature.
 */
export function declare<Args extends readonly (Value | undefined)[]>(
  signature: string,
  run: (...args: Args) => Value,
  cost?: Cost,
): Declaration {
  const parts = /^(?:\((?<receiver>.*?)\)\.)?(?<name>[^(]+)\((?<args>.*)\): (?<result>.+)$/.exec(signature);
  const { receiver, name = '', args = '', result = '' } = parts?.groups ?? {};
  const receiverTypes = receiver === undefined ? [] : [parseType(receiver)];
  return {
    name,
    isMember: receiver !== undefined,
    args: [...receiverTypes, ...splitArguments(args).map(parseType)],
    result: parseType(result),
    // The dispatcher passes only values that match the signature.
    run: run as unknown as Overload['run'],
    cost,
  };
}

export function functionsOf(declarations: readonly Declaration[]): Functions {
  const functions = new Map<string, Overload[]>();
  for (const { name, ...overload } of declarations) {
    const known = functions.get(name);
    if (known) known.push(overload);
    else functions.set(name, [overload]);
  }
  return functions;
}

/** Whether a value at run time is of the type; what a list or map holds is not looked at. */
function isOfType(type: CelType, value: Value): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
    case 'error':
      return true;
    case 'int':
      return typeof value === 'bigint';
    case 'uint':
      return value instanceof Uint;
    case 'double':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'null':
      return value === null;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'list':
      return value instanceof CelList;
    case 'map':
    case 'object':
      return value instanceof CelMap;
    case 'optional':
      return value instanceof Optional;
    case 'type':
      return value instanceof TypeValue;
    case 'opaque':
      return value instanceof Opaque && value.celType === type.name;
  }
}

/** The overload for these values; throws when there is none. */
export function dispatch(overloads: readonly Overload[], args: readonly Value[]): Overload {
  for (const overload of overloads) {
    if (overload.args.length === args.length && overload.args.every((type, at) => isOfType(type, args[at] as Value))) {
      return overload;
    }
  }
  throw noSuchOverload();
}

const TRAVERSAL = 0.1;
const REGEX_LENGTH = 0.25;

export const sizeAt = (args: readonly Value[], at: number): number => sizeOf(args[at] ?? null);

/** What it costs to read an argument once: a tenth of its size. */
export const readingAt = (args: readonly Value[], at: number): number => Math.ceil(sizeAt(args, at) * TRAVERSAL);

export const traversal: Cost = (args) => readingAt(args, 0);

export const traversalOfBoth: Cost = (args) => Math.ceil((sizeAt(args, 0) + sizeAt(args, 1)) * TRAVERSAL);

export const traversalOfShorter: Cost = (args) => Math.ceil(Math.min(sizeAt(args, 0), sizeAt(args, 1)) * TRAVERSAL);

export const traversalOfProduct: Cost = (args) => readingAt(args, 0) * readingAt(args, 1);

export const matching: Cost = (args) =>
  Math.ceil((1 + sizeAt(args, 0)) * TRAVERSAL) * Math.ceil(sizeAt(args, 1) * REGEX_LENGTH);

export const perElement: Cost = (args) => sizeAt(args, 0);
