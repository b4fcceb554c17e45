import { goKind, isInt64 } from '../../../apimachinery/go-text.js';
import type { Origin } from '../../kind.js';
import { goName, goTypeOf } from './go-types.js';

/** A value has another type than the field; the message is that of Go's JSON decoder, or of Kubernetes' converter. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
}

/** Where a value was found: the innermost struct and the way to it, as Go's decoder tells it. */
export interface Place {
  readonly model: string;
  readonly path: readonly string[];
  readonly origin: Origin;
}

/** A value that is not of the type of its field. */
export function misfit(code: string, value: unknown, place: Place): Misfit {
  const field = place.path.at(-1) ?? '';
  const type = goTypeOf(code, place.model, field);
  if (place.origin === 'merged') return new Misfit(conversionProblem(code, value, type));
  return new Misfit(
    `json: cannot unmarshal ${described(type, value)} into Go struct field ${where(place)} of type ${type}`,
  );
}

/** A value of a type that reads itself, as times do: it reads a value of the Go type `of`. */
export function unreadable(of: string, value: unknown, place: Place): Misfit {
  const into = place.origin === 'merged' ? 'value' : `struct field ${where(place)}`;
  return new Misfit(`json: cannot unmarshal ${described(of, value)} into Go ${into} of type ${of}`);
}

const where = ({ model, path }: Place): string => `${goName(model)}.${path.join('.')}`;

function conversionProblem(code: string, value: unknown, type: string): string {
  const from = convertedFrom(value);
  if (code.startsWith('[') || code === 'y') return `cannot restore slice from ${from}`;
  if (code.startsWith('{')) return `cannot restore map from ${from}`;
  if (code.length > 1) return `cannot restore struct from: ${from}`;
  const convertible = (code === 's' && from === 'int64') || ((code === 'i' || code === 'l') && from === 'float64');
  return convertible ? `cannot convert ${from} to ${type}` : `unrecognized type: ${code === 's' ? 'string' : type}`;
}

function convertedFrom(value: unknown): string {
  const kind = goKind(value);
  if (kind === 'array') return 'slice';
  if (kind === 'object') return 'map';
  return typeof value === 'number' ? (isInt64(value) ? 'int64' : 'float64') : kind;
}

function described(type: string, value: unknown): string {
  // Go names the number only when it is one that does not fit.
  return typeof value === 'number' && /^u?int\d/.test(type) ? `number ${value}` : goKind(value);
}
