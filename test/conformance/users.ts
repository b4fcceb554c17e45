import { until } from '../until.js';
import type { Place } from './fixture.js';
import { type Access, type Answer, type Call, type Json, Wire } from './wire.js';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';
export const RBAC = `/apis/${RBAC_GROUP}/v1`;

/** Calls of an administrator as somebody else. */
export const as = (
  user: string,
  groups: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Call => ({
  headers: { 'impersonate-user': user, ...(groups[0] ? { 'impersonate-group': groups[0] } : {}), ...more },
});

/** A connection of somebody else, or of nobody; the caller closes it. */
export const wireOf = ({ server }: Place, identity: Pick<Access, 'token' | 'certificate'> = {}): Wire =>
  new Wire({ url: server.url, ca: server.ca, ...identity });

export const userKind = (name: string) => ({ kind: 'User', apiGroup: RBAC_GROUP, name });

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export const role = (
  { wire, namespace }: Place,
  name: string,
  rules: readonly Rule[],
  call: Call = {},
): Promise<Answer> =>
  wire.call('POST', `${RBAC}/namespaces/${namespace}/roles`, { body: { metadata: { name }, rules }, ...call });

export const bind = (
  { wire, namespace }: Place,
  name: string,
  [kind, roleName]: readonly ['Role' | 'ClusterRole', string],
  user: string,
  call: Call = {},
): Promise<Answer> => {
  const roleRef = { apiGroup: RBAC_GROUP, kind, name: roleName };
  const body = { metadata: { name }, roleRef, subjects: [userKind(user)] };
  return wire.call('POST', `${RBAC}/namespaces/${namespace}/rolebindings`, { body, ...call });
};

/** Gives a user rights in the namespace of the case, and waits until the server knows of the last of them. */
export async function grant(p: Place, user: string, rules: readonly Rule[]): Promise<void> {
  const name = `grant-${user}`;
  await role(p, name, rules);
  await bind(p, name, ['Role', name], user);
  const last = rules.at(-1);
  const [verb = '', group = '', resource = ''] = [last?.verbs[0], last?.apiGroups?.[0], last?.resources?.[0]];
  const [plural, subresource] = resource.split('/');
  const resourceAttributes = {
    namespace: p.namespace,
    verb,
    group,
    resource: plural,
    subresource,
    name: last?.resourceNames?.[0],
  };
  await until(`${user} may ${verb} ${resource}`, async () => {
    const { body } = await review(p, 'SubjectAccessReview', { user, resourceAttributes });
    return body.status?.allowed === true;
  });
}

/** Asks the authorizer; `kind` is one of the access reviews. */
export function review({ wire }: Place, kind: string, spec: unknown, call: Call = {}, at = ''): Promise<Answer> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec };
  return wire.call('POST', `/apis/authorization.k8s.io/v1${at}/${kind.toLowerCase()}s`, { body, ...call });
}

/** What the server takes the sender of a request for. */
export async function whoAmI(wire: Wire, call: Call = {}): Promise<Json['status']> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  return (await wire.call('POST', path, { body, ...call })).body.status;
}
