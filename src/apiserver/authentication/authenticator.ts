import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { ANONYMOUS, type Authenticator, type Authorizer, type User } from '../identity.js';
import type { LocalApi } from '../local-api.js';
import { unauthorized } from '../status-error.js';
import { impersonate } from './impersonation.js';
import { serviceAccountUser } from './service-account-user.js';
import type { Tokens } from './tokens.js';

export interface AuthenticationParts {
  readonly tokens: Tokens;
  /** Bearer token → user, for clients without a certificate. */
  readonly staticTokens: ReadonlyMap<string, User>;
  readonly local: LocalApi;
  readonly authorizer: Authorizer;
  readonly now: () => Date;
}

/** Client certificate first, then bearer token; then who the request says to act as. */
export function createAuthenticator(parts: AuthenticationParts): Authenticator {
  // Digests are looked up, so that the time of a look-up tells nothing about a token.
  const known = new Map([...parts.staticTokens].map(([token, user]) => [digest(token), authenticated(user)]));
  const certified = new WeakMap<TLSSocket, User | undefined>();
  return {
    async authenticate(request, warn) {
      const user = certificateUser(request, certified) ?? tokenUser(request, known, parts, warn) ?? ANONYMOUS;
      return impersonate(user, request.headersDistinct, parts.authorizer);
    },
  };
}

const digest = (token: string): string => createHash('sha256').update(token).digest('base64');

const authenticated = (user: User): User => ({
  ...user,
  groups: [...new Set([...user.groups, 'system:authenticated'])],
});

/** Which of a user's credentials was shown, for `kubectl auth whoami` and webhooks. */
const CREDENTIAL = 'authentication.kubernetes.io/credential-id';

/** The certificate of a connection does not change: it is read once. */
function certificateUser({ socket }: IncomingMessage, known: WeakMap<TLSSocket, User | undefined>): User | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  if (!known.has(socket)) known.set(socket, readCertificate(socket));
  return known.get(socket);
}

function readCertificate(socket: TLSSocket): User | undefined {
  const { subject, raw } = socket.getPeerCertificate();
  if (!subject) return undefined;
  if (!socket.authorized) throw unauthorized();
  // Node gives a list when a name appears more than once.
  const { CN, O } = subject as { CN?: string | string[]; O?: string | string[] };
  const [name] = [CN ?? []].flat();
  if (name === undefined) return undefined;
  const extra = { [CREDENTIAL]: [`X509SHA256=${createHash('sha256').update(raw).digest('hex')}`] };
  return authenticated({ name, groups: [O ?? []].flat(), extra });
}

const EXTRA_SPACE = 'the provided Authorization header contains extra space before the bearer token, and is ignored';

function tokenUser(
  { headers }: IncomingMessage,
  known: ReadonlyMap<string, User>,
  { tokens, local, now }: AuthenticationParts,
  warn: (message: string) => void,
): User | undefined {
  // What follows the token counts for nothing.
  const [scheme = '', token = '', ...more] = (headers.authorization ?? '').trim().split(' ');
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  if (token === '') {
    if (more.length > 0) warn(EXTRA_SPACE);
    return undefined;
  }
  const user = known.get(digest(token)) ?? serviceAccountUser(token, { tokens, local, now: now() })?.user;
  if (!user) throw unauthorized();
  return user;
}
