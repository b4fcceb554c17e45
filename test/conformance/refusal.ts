import type { Place } from './fixture.js';
import type { Call } from './wire.js';

export interface Refusal {
  readonly method: string;
  readonly path: (place: Place) => string;
  readonly call?: Call;
  readonly code: number;
  readonly reason: string;
  readonly message: string | RegExp;
  /** Why a real kube-apiserver answers otherwise: the case is then skipped there. */
  readonly embeddedOnly?: string;
  /** Fields of `details.causes`. */
  readonly causes?: readonly string[];
}

export const post = (body: unknown, rest: Omit<Refusal, 'method' | 'path' | 'call'>, query = ''): Refusal => ({
  method: 'POST',
  path: ({ widgets }) => `${widgets}${query}`,
  call: { body },
  ...rest,
});

/** `taken` exists as a Widget and as a ConfigMap. */
export const put = (body: unknown, rest: Omit<Refusal, 'method' | 'path' | 'call'>): Refusal => ({
  method: 'PUT',
  path: ({ widgets }) => `${widgets}/taken`,
  call: { body },
  ...rest,
});

export const get = (path: (place: Place) => string, rest: Omit<Refusal, 'method' | 'path'>): Refusal => ({
  method: 'GET',
  path,
  ...rest,
});

export const INVALID = { code: 422, reason: 'Invalid' } as const;
export const BAD = { code: 400, reason: 'BadRequest' } as const;
