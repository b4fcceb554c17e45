import type { JsonObject } from '../../../apimachinery/json.js';
import { type Field, fieldsOf } from './schema.js';
import { toldLists } from './told.js';
import { zeroOf } from './zeros.js';

/** What an object of a Go type has before anything was set: what is in it is owned by nobody. */
export const blankOf = (model: string): JsonObject => ({
  ...Object.fromEntries(
    fieldsOf(model).flatMap(({ name, code, required }) =>
      name === 'metadata' || code.startsWith('[') ? [] : blankMember(model, { name, code, required }),
    ),
  ),
  ...Object.fromEntries(toldLists(model).map((name) => [name, null])),
});

function blankMember(model: string, { name, code, required }: Field): [string, unknown][] {
  // What is set to the zero that is told anyway is no change.
  if (code.length === 1) return zeroOf(model, name) === 'told' && code in ZEROS ? [[name, ZEROS[code]]] : [];
  if (code.startsWith('[') || code.startsWith('{')) return required ? [[name, null]] : [];
  return zeroOf(model, name) === 'told' || required ? [[name, blankStruct(code)]] : [];
}

const ZEROS: Readonly<Record<string, unknown>> = { s: '', i: 0, l: 0, b: false };

const blankStruct = (model: string): JsonObject =>
  Object.fromEntries(fieldsOf(model).flatMap((field) => blankMember(model, field)));
