import type { User } from '../identity.js';
import type { LocalObjects } from '../kind.js';
import { type Claims, ISSUER, type NamedObject, type Tokens, untimely } from './tokens.js';

const PREFIX = 'system:serviceaccount:';

/** Groups every service account of a namespace is in. */
export const serviceAccountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];

/** Namespace and name, when the user is a service account. */
export function parseServiceAccount(user: string): { readonly namespace: string; readonly name: string } | undefined {
  const [namespace = '', name = '', ...more] = user.startsWith(PREFIX) ? user.slice(PREFIX.length).split(':') : [];
  return namespace === '' || name === '' || more.length > 0 ? undefined : { namespace, name };
}

/** Whom a token stands for, as long as the account and what the token is bound to exist; with the audiences it is good for. */
export function serviceAccountUser(
  token: string,
  { tokens, local, now }: { readonly tokens: Tokens; readonly local: LocalObjects; readonly now: Date },
  audiences: readonly string[] = [ISSUER],
): { readonly user: User; readonly audiences: readonly string[] } | undefined {
  const claims = tokens.read(token);
  const shared = claims?.aud.filter((audience) => audiences.includes(audience)) ?? [];
  if (!claims || untimely(claims, now) || shared.length === 0 || !stillExists(claims, local)) return undefined;
  const { namespace, serviceaccount } = claims['kubernetes.io'];
  return {
    audiences: shared,
    user: {
      name: claims.sub,
      uid: serviceaccount.uid,
      groups: [...serviceAccountGroups(namespace), 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] },
    },
  };
}

function stillExists(
  { 'kubernetes.io': { namespace, serviceaccount, pod, secret } }: Claims,
  local: LocalObjects,
): boolean {
  const exists = (kindName: string, object: NamedObject | undefined): boolean => {
    if (!object) return true;
    const kind = local.kindOf('v1', kindName);
    const found = kind && local.get(kind, { namespace, name: object.name });
    return found?.metadata.uid === object.uid && found.metadata.deletionTimestamp === undefined;
  };
  return exists('ServiceAccount', serviceaccount) && exists('Pod', pod) && exists('Secret', secret);
}
