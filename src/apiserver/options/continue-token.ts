import { posix } from 'node:path';
import { jsonFault } from '../../apimachinery/json-fault.js';
import { base64Fault } from '../builtin/model/base64.js';
import { badRequest } from '../status-error.js';

/** Where the next page of a list begins, and of which revision. */
export interface ContinueToken {
  /** The newest when undefined: the client goes on although its own revision is forgotten. */
  readonly revision: number | undefined;
  /** The first key that may be on the page, without the prefix of the collection. */
  readonly start: string;
}

const VERSION = 'meta.k8s.io/v1';
const INCONSISTENT = -1;

export const encodeContinue = ({ revision = INCONSISTENT, start }: ContinueToken): string =>
  Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start })).toString('base64url');

/** Just after a key, in the order of keys. */
export const after = (key: string): string => `${key}\0`;

export function decodeContinue(text: string): ContinueToken {
  const { v, rv, start } = parse(text);
  if (v !== VERSION) throw malformed(`server does not recognize this encoded version ${String(v ?? '')}`);
  if (typeof start !== 'string' || start === '') throw malformed(`encoded start key empty (version ${VERSION})`);
  if (typeof rv !== 'number' || rv === 0) {
    throw malformed(`incorrect encoded start resourceVersion (version ${VERSION})`);
  }
  if (posix.normalize(`/${start}`) !== `/${start}`) throw malformed(start);
  return { revision: rv < 0 ? undefined : rv, start };
}

function decoded(text: string): Buffer {
  const fault = base64Fault(
    text
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .padEnd(text.length + ((4 - (text.length % 4)) % 4), '='),
  );
  if (fault !== undefined) throw malformed(`illegal base64 data at input byte ${Math.min(fault, text.length - 1)}`);
  return Buffer.from(text, 'base64url');
}

function parse(text: string): { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown } {
  const json = decoded(text);
  try {
    const token: unknown = JSON.parse(json.toString());
    if (typeof token === 'object' && token !== null) return token;
  } catch (error) {
    throw error instanceof SyntaxError ? malformed(jsonFault(json)) : error;
  }
  throw malformed('it is no token of a list');
}

const malformed = (why: string) => badRequest(`invalid continue token: continue key is not valid: ${why}`);
