import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal } from './refusal.js';

export interface Token {
  readonly value: string;
  /** Namespaces whose placements this token may read; all when absent. */
  readonly namespaces?: readonly string[];
}

/** The token a request carries. Every known token is compared in constant time; during rotation there are two. */
export function authenticate(authorization: string | undefined, tokens: readonly Token[]): Token {
  const given = digest(/^Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1] ?? '');
  let found: Token | undefined;
  for (const token of tokens) {
    const isEqual = timingSafeEqual(given, digest(token.value));
    if (isEqual && token.value !== '') found = token;
  }
  if (!found) throw new Refusal(401, 'the bearer token is missing or unknown');
  return found;
}

export function authorize({ namespaces }: Token, namespace: string): void {
  if (namespaces && !namespaces.includes(namespace)) {
    throw new Refusal(403, `this token may not read placements of namespace ${namespace}`);
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
