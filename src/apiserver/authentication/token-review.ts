import { userInfoOf } from '../authorization/reviews.js';
import { specOf } from '../builtin/model/typed.js';
import type { User } from '../identity.js';
import type { Strategy } from '../kind.js';
import { badRequest } from '../status-error.js';
import { serviceAccountUser } from './service-account-user.js';
import { type Claims, ISSUER, type Tokens, untimely } from './tokens.js';

/** Says whom a bearer token stands for. */
export const tokenReview = (tokens: Tokens, staticTokens: ReadonlyMap<string, User>): Strategy => ({
  answer(review, { local, now }) {
    const { token = '', audiences = [ISSUER] } = specOf<{ token?: string; audiences?: string[] }>(review);
    if (token === '') throw badRequest('token is required for TokenReview in authentication');
    const known = staticTokens.get(token);
    const found = known
      ? { user: known, audiences: [ISSUER] }
      : serviceAccountUser(token, { tokens, local, now }, audiences);
    if (found) {
      const { user, audiences: shared } = found;
      return { ...review, status: { authenticated: true, user: userInfoOf(user), audiences: shared } };
    }
    const claims = tokens.read(token);
    const why = claims && problemOf(claims, audiences, now);
    const error = why ? `[invalid bearer token, ${why}]` : 'invalid bearer token';
    return { ...review, status: { user: {}, error } };
  },
});

function problemOf(claims: Claims, audiences: readonly string[], now: Date): string | undefined {
  const when = untimely(claims, now);
  if (when) return `service account token ${when}`;
  return claims.aud.some((one) => audiences.includes(one)) ? undefined : otherAudience(claims.aud, audiences);
}

const otherAudience = (held: readonly string[], wanted: readonly string[]): string =>
  `token audiences ${listed(held)} is invalid for the target audiences ${listed(wanted)}`;

const listed = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
