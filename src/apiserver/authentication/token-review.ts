import { userInfoOf } from '../authorization/reviews.js';
import { required } from '../builtin/causes.js';
import { specOf } from '../builtin/typed.js';
import type { User } from '../identity.js';
import type { Strategy } from '../kind.js';
import { invalid } from '../status-error.js';
import { serviceAccountUser } from './service-account-user.js';
import { ISSUER, type Tokens } from './tokens.js';

/** Says whom a bearer token stands for. */
export const tokenReview = (tokens: Tokens, staticTokens: ReadonlyMap<string, User>): Strategy => ({
  answer(review, { local, now }) {
    const { token = '', audiences = [ISSUER] } = specOf<{ token?: string; audiences?: string[] }>(review);
    if (token === '') {
      const kind = { group: 'authentication.k8s.io', plural: 'tokenreviews', kind: 'TokenReview' };
      throw invalid(kind, '', [required('spec.token')]);
    }
    const known = staticTokens.get(token);
    const found = known
      ? { user: known, audiences: [ISSUER] }
      : serviceAccountUser(token, { tokens, local, now }, audiences);
    return {
      ...review,
      status: found
        ? { authenticated: true, user: userInfoOf(found.user), audiences: found.audiences }
        : { authenticated: false, user: {}, error: 'the token is unknown, expired or meant for another audience' },
    };
  },
});
