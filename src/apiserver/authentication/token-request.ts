import { randomUUID } from 'node:crypto';
import type { Unstructured } from '../../api/meta.js';
import { timestamp } from '../../apimachinery/go-time.js';
import { invalidValue } from '../builtin/checks/causes.js';
import { specOf } from '../builtin/model/typed.js';
import type { Subresource } from '../kind.js';
import { badRequest, conflict, invalid, notFound } from '../status-error.js';
import { ISSUER, type TokenSubject, type Tokens } from './tokens.js';

interface TokenRequestSpec {
  audiences?: string[];
  expirationSeconds?: number;
  boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string };
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
    const { expirationSeconds = 3600, boundObjectRef = null } = spec;
    refusePlace(parent, sent);
    const audiences = spec.audiences?.length ? spec.audiences : [ISSUER];
    refuseLifetime(expirationSeconds);
    const { name, namespace = '', uid = '' } = parent.metadata;
    const bound =
      boundObjectRef &&
      boundObject(boundObjectRef, (kind, object) => {
        const found = local.kindOf('v1', kind);
        return found && local.get(found, { namespace, name: object });
      });
    const subject: TokenSubject = { namespace, serviceAccount: { name, uid }, ...(bound ? { bound } : {}) };
    const token = tokens.issue(subject, audiences, expirationSeconds, now);
    return {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name, namespace, uid: randomUUID(), creationTimestamp: timestamp(now) },
      spec: { audiences, expirationSeconds, boundObjectRef },
      status: { token, expirationTimestamp: timestamp(new Date(now.getTime() + expirationSeconds * 1000)) },
    };
  },
});

/** A request may repeat what the URL says of the account, and not contradict it. */
function refusePlace({ metadata: { name, namespace } }: Unstructured, { metadata: sent }: Unstructured): void {
  if (sent.namespace && sent.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (!sent.name || sent.name === name) return;
  throw invalid(NAMES, name, [
    invalidValue('metadata.name', sent.name, 'must match the service account name if specified'),
  ]);
}

function refuseLifetime(seconds: number): void {
  const detail =
    seconds < MINIMUM_SECONDS
      ? 'may not specify a duration less than 10 minutes'
      : seconds > MAXIMUM_SECONDS
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (detail) throw invalid(NAMES, '', [invalidValue('spec.expirationSeconds', seconds, detail)]);
}

function boundObject(
  { kind, apiVersion = '', name = '', uid }: NonNullable<TokenRequestSpec['boundObjectRef']>,
  find: (kind: string, name: string) => Unstructured | undefined,
): NonNullable<TokenSubject['bound']> {
  if (kind !== 'Pod' && kind !== 'Secret') {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const object = find(kind, name);
  const plural = kind === 'Pod' ? 'pods' : 'secrets';
  if (!object) throw notFound({ group: '', plural, kind }, name);
  if (uid && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: '', plural: kind, kind }, name, why);
  }
  return { kind, name, uid: object.metadata.uid ?? '' };
}
