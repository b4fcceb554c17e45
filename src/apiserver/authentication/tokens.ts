import { createHash, createPublicKey, type KeyObject, randomUUID, sign, verify } from 'node:crypto';

/** Who issues the tokens of service accounts, and whom they are for when nobody says otherwise. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** What a service-account token says. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: NamedObject;
    readonly secret?: NamedObject;
    readonly pod?: NamedObject;
  };
}

export interface NamedObject {
  readonly name: string;
  readonly uid: string;
}

export interface TokenSubject {
  readonly namespace: string;
  readonly serviceAccount: NamedObject;
  readonly bound?: { readonly kind: 'Pod' | 'Secret' } & NamedObject;
}

/** Makes and checks tokens of service accounts; whether the account still exists is for the authenticator to see. */
export interface Tokens {
  issue(subject: TokenSubject, audiences: readonly string[], lifetimeSeconds: number, now: Date): string;
  /** What a token of ours says, good or not at this moment; undefined for any other. */
  read(token: string): Claims | undefined;
}

export function createTokens(key: KeyObject): Tokens {
  const publicKey = createPublicKey(key);
  const kid = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  const header = encode({ alg: 'ES256', kid });
  return {
    issue(subject, audiences, lifetimeSeconds, now) {
      const body = `${header}.${encode(claimsOf(subject, audiences, lifetimeSeconds, now))}`;
      const signature = sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' });
      return `${body}.${signature.toString('base64url')}`;
    },
    read(token) {
      const [head = '', payload = '', signature = '', ...more] = token.split('.');
      if (head !== header || more.length > 0) return undefined;
      const signed = verify(
        'sha256',
        Buffer.from(`${head}.${payload}`),
        { key: publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      );
      if (!signed) return undefined;
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims; // we signed what claimsOf made
      return claims.iss === ISSUER ? claims : undefined;
    },
  };
}

function claimsOf(
  { namespace, serviceAccount, bound }: TokenSubject,
  audiences: readonly string[],
  lifetimeSeconds: number,
  now: Date,
): Claims {
  const seconds = Math.floor(now.getTime() / 1000);
  return {
    iss: ISSUER,
    sub: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
    aud: audiences,
    iat: seconds,
    nbf: seconds,
    exp: seconds + lifetimeSeconds,
    jti: randomUUID(),
    'kubernetes.io': {
      namespace,
      serviceaccount: serviceAccount,
      ...(bound ? { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } } : {}),
    },
  };
}

/** Clocks differ. */
const LEEWAY_SECONDS = 60;

/** Why a token is not good at this moment; undefined when it is. */
export function untimely({ nbf, exp }: Claims, now: Date): 'is not valid yet' | 'has expired' | undefined {
  const seconds = now.getTime() / 1000;
  if (seconds + LEEWAY_SECONDS < nbf) return 'is not valid yet';
  return seconds - LEEWAY_SECONDS > exp ? 'has expired' : undefined;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
