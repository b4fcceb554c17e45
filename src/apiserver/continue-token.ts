import { badRequest } from './status-error.js';

/** Where the next page of a list begins, and of which revision. */
export interface ContinueToken {
  /** The newest when undefined: the client goes on although its own revision is forgotten. */
  readonly revision: number | undefined;
  /** The last key of the page before. */
  readonly after: string;
}

export const encodeContinue = ({ revision = -1, after }: ContinueToken): string =>
  Buffer.from(JSON.stringify({ v: 'placet/v1', rv: revision, start: after })).toString('base64url');

export function decodeContinue(text: string): ContinueToken {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof token === 'object' && token !== null && 'rv' in token && 'start' in token) {
      const { rv, start } = token;
      if (typeof rv === 'number' && typeof start === 'string')
        return { revision: rv < 0 ? undefined : rv, after: start };
    }
  } catch {
    // Whatever it is, it is no token of ours; said below.
  }
  throw badRequest('continue key is not valid: the token was not issued by this server');
}
