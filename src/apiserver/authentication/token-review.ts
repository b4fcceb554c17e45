import { userInfoOf } from '../authorization/reviews.js';
import { specOf } from '../builtin/typed.js';
import type { User } from '../identity.js';
import type { Strategy } from '../kind.js';
import { badRequest } from '../status-error.js';
import { serviceAccountUser } from './service-account-user.js';
import { ISSUER, type Tokens } from './tokens.js';

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
    const claims = tokens.verify(token, now);
    const isElsewhere = claims && !claims.aud.some((one) => audiences.includes(one));
    const error = isElsewhere
      ? `[invalid bearer token, ${otherAudience(claims.aud, audiences)}]`
      : 'invalid bearer token';
    return { ...review, status: { user: {}, error } };
  },
});

const otherAudience = (held: readonly string[], wanted: readonly string[]): string =>
  `token audiences ${listed(held)} is invalid for the target audiences ${listed(wanted)}`;

const listed = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
