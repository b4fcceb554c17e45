import type { Unstructured } from '../../api/meta.js';
import { invalidValue } from '../builtin/causes.js';
import { specOf } from '../builtin/typed.js';
import type { Subresource } from '../kind.js';
import { timestamp } from '../object-meta.js';
import { badRequest, invalid, notFound } from '../status-error.js';
import { ISSUER, type TokenSubject, type Tokens } from './tokens.js';

interface TokenRequestSpec {
  audiences?: string[];
  expirationSeconds?: number;
  boundObjectRef?: { kind?: string; name?: string; uid?: string };
}

const TOKEN_REQUEST = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const NAMES = { group: TOKEN_REQUEST.group, plural: 'tokenrequests', kind: TOKEN_REQUEST.kind };
const MINIMUM_SECONDS = 600;
const MAXIMUM_SECONDS = 2 ** 32;

/** `kubectl create token`: the subresource `token` of a service account. */
export const tokenSubresource = (tokens: Tokens): Subresource => ({
  name: 'token',
  type: TOKEN_REQUEST,
  verbs: ['create'],
  create(parent, sent, { now, local }) {
    const spec = specOf<TokenRequestSpec>(sent);
    const { expirationSeconds = 3600, boundObjectRef } = spec;
    const audiences = spec.audiences?.length ? spec.audiences : [ISSUER];
    refuseLifetime(parent.metadata.name, expirationSeconds);
    const { name, namespace = '', uid = '' } = parent.metadata;
    const bound =
      boundObjectRef &&
      boundObject(boundObjectRef, namespace, (kind, object) => {
        const found = local.kindOf('v1', kind);
        return found && local.get(found, { namespace, name: object });
      });
    const subject: TokenSubject = { namespace, serviceAccount: { name, uid }, ...(bound ? { bound } : {}) };
    const token = tokens.issue(subject, audiences, expirationSeconds, now);
    return {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name, namespace, creationTimestamp: timestamp(now) },
      spec: { ...spec, audiences, expirationSeconds },
      status: { token, expirationTimestamp: timestamp(new Date(now.getTime() + expirationSeconds * 1000)) },
    };
  },
});

function refuseLifetime(name: string, seconds: number): void {
  const detail =
    seconds < MINIMUM_SECONDS
      ? 'may not specify a duration less than 10 minutes'
      : seconds > MAXIMUM_SECONDS
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (detail) throw invalid(NAMES, name, [invalidValue('spec.expirationSeconds', seconds, detail)]);
}

function boundObject(
  { kind, name = '', uid }: NonNullable<TokenRequestSpec['boundObjectRef']>,
  namespace: string,
  find: (kind: string, name: string) => Unstructured | undefined,
): NonNullable<TokenSubject['bound']> {
  if (kind !== 'Pod' && kind !== 'Secret') throw badRequest(`cannot bind token to object of type ${kind}`);
  const object = find(kind, name);
  const plural = kind === 'Pod' ? 'pods' : 'secrets';
  if (!object) throw notFound({ group: '', plural, kind }, name);
  if (uid && uid !== object.metadata.uid) {
    throw badRequest(
      `the UID in the bound object reference (${uid}) does not match the UID of ${plural} ${namespace}/${name}`,
    );
  }
  return { kind, name, uid: object.metadata.uid ?? '' };
}
