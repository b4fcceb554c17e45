import type { Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import type { Admission, AdmissionRequest } from '../admission.js';
import { typed } from '../builtin/model/typed.js';
import type { RoleRef } from '../builtin/rbac.js';
import type { User } from '../identity.js';
import { forbidden, notFound } from '../status-error.js';
import { isMaster, RBAC_GROUP, type RbacAuthorizer } from './rbac.js';
import { type PolicyRule, ruleText, uncovered } from './rules.js';

/** Nobody can give, by a role or a binding, what they do not have themselves. */
export const preventEscalation =
  (authorizer: RbacAuthorizer): Admission =>
  (request) => {
    const { kind, operation, object, user } = request;
    if (kind.group !== RBAC_GROUP || operation === 'delete' || !object || isMaster(user)) return;
    if (kind.kind === 'Role' || kind.kind === 'ClusterRole') checkRole(authorizer, request, object);
    else checkBinding(authorizer, request, object);
  };

/** Whoever collects garbage need not hold the rights in it. */
function changesForDeletion(object: Unstructured, before: Unstructured): boolean {
  const rest = ({ metadata, ...content }: Unstructured) => {
    const { finalizers: _f, ownerReferences: _o, managedFields: _m, resourceVersion: _r, ...kept } = metadata;
    return { ...content, metadata: kept };
  };
  return equalJson(rest(object), rest(before));
}

interface RoleContent {
  rules?: PolicyRule[];
  aggregationRule?: unknown;
}

function checkRole(authorizer: RbacAuthorizer, request: AdmissionRequest, object: Unstructured): void {
  const { rules = [], aggregationRule } = typed<RoleContent>(object);
  if (request.before && changesForDeletion(object, request.before)) return;
  const before = request.before && typed<RoleContent>(request.before);
  if (may(authorizer, request, 'escalate', object.metadata.name)) return;
  if (aggregationRule && !equalJson(before?.aggregationRule, aggregationRule)) {
    const everything: PolicyRule[] = [
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ];
    refuseMissing(authorizer, request, everything, 'must have cluster-admin privileges to use an aggregationRule');
  }
  refuseMissing(authorizer, request, rules);
}

function checkBinding(authorizer: RbacAuthorizer, request: AdmissionRequest, object: Unstructured): void {
  const { roleRef } = typed<{ roleRef?: RoleRef }>(object);
  if (!roleRef || (request.before && changesForDeletion(object, request.before))) return;
  if (may(authorizer, request, 'bind', roleRef.name, roleRef.kind === 'Role' ? 'roles' : 'clusterroles')) return;
  const rules = authorizer.rulesOf(roleRef, request.namespace);
  if (!rules) throw notFound(request.kind, roleRef.name);
  refuseMissing(authorizer, request, rules);
}

const may = (
  authorizer: RbacAuthorizer,
  { kind, namespace, user }: AdmissionRequest,
  verb: string,
  name: string,
  plural = kind.plural,
): boolean =>
  authorizer.authorize({
    user,
    verb,
    path: '',
    resource: { group: RBAC_GROUP, version: 'v1', plural, subresource: '', namespace, name },
  }).allowed;

function refuseMissing(
  authorizer: RbacAuthorizer,
  { kind, name, namespace, user }: AdmissionRequest,
  wanted: readonly PolicyRule[],
  because?: string,
): void {
  const held = authorizer.grantsOf(user, namespace).grants.flatMap(({ rules }) => rules);
  const missing = uncovered(held, wanted);
  if (missing.length === 0) return;
  const what = missing.map(ruleText).sort().join('\n');
  throw forbidden(
    kind,
    name,
    because ?? `user ${describe(user)} is attempting to grant RBAC permissions not currently held:\n${what}`,
  );
}

const describe = ({ name, groups }: User): string =>
  `${JSON.stringify(name)} (groups=[${groups.map((group) => JSON.stringify(group)).join(' ')}])`;
