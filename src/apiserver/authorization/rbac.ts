import type { Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import { selects } from '../builtin/checks/selects.js';
import { type LabelSelectorSpec, typed } from '../builtin/model/typed.js';
import type { RoleRef, Subject } from '../builtin/rbac.js';
import type { Attributes, Authorizer, Decision, User } from '../identity.js';
import type { Kind } from '../kind.js';
import type { LocalApi } from '../local-api.js';
import { type PolicyRule, ruleAllows } from './rules.js';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';
export const RBAC_VERSION = `${RBAC_GROUP}/v1`;

/** Rules that reach a user, and through what. */
export interface Grant {
  readonly rules: readonly PolicyRule[];
  readonly through: string;
}

export interface RbacAuthorizer extends Authorizer {
  authorize(attributes: Attributes): Decision;
  /** What a user may do in a namespace; over the whole cluster when it is `''`. */
  grantsOf(user: User, namespace: string): Grants;
  /** The rules a binding in `namespace` would hand on; undefined when the role is absent. */
  rulesOf(roleRef: RoleRef, namespace: string): readonly PolicyRule[] | undefined;
}

export interface Grants {
  readonly grants: readonly Grant[];
  /** Bindings whose role is absent. */
  readonly problems: readonly string[];
}

export const isMaster = ({ groups }: User): boolean => groups.includes('system:masters');

/**
 * Decides by the Roles and bindings of the server itself. An aggregating ClusterRole means the rules of all roles its selectors
 * find, at the moment of asking, whatever was written into it.
 */
export function createRbacAuthorizer(local: LocalApi): RbacAuthorizer {
  const bindings = bindingCache(local);
  const find = (kind: string, namespace: string, name: string): Unstructured | undefined => {
    const type = local.kindOf(RBAC_VERSION, kind);
    return type && local.get(type, namespace === '' ? { name } : { namespace, name });
  };
  const rulesOf = (roleRef: RoleRef, namespace: string): readonly PolicyRule[] | undefined => {
    const role = find(roleRef.kind, roleRef.kind === 'Role' ? namespace : '', roleRef.name);
    return role && (aggregatedRules(role, local) ?? ownRules(role));
  };
  const grantsOf = (user: User, namespace: string): Grants => {
    const grants: Grant[] = [];
    const problems: string[] = [];
    for (const binding of bindings(namespace)) {
      const subject = binding.subjects.find((one) => isSubject(one, user, binding.namespace));
      if (!subject) continue;
      const rules = rulesOf(binding.roleRef, binding.namespace);
      if (rules) grants.push({ rules, through: throughText(binding, subject) });
      else
        problems.push(
          `${binding.roleRef.kind.toLowerCase()}.${RBAC_GROUP} ${JSON.stringify(binding.roleRef.name)} not found`,
        );
    }
    return { grants, problems };
  };
  return {
    rulesOf,
    grantsOf,
    authorize(attributes) {
      if (isMaster(attributes.user)) return { allowed: true, reason: '' };
      const { grants, problems } = grantsOf(attributes.user, attributes.resource?.namespace ?? '');
      const grant = grants.find(({ rules }) => rules.some((rule) => ruleAllows(rule, attributes)));
      if (grant) return { allowed: true, reason: `RBAC: allowed by ${grant.through}` };
      return { allowed: false, reason: problems.length > 0 ? `RBAC: ${wrapped(problems)}` : '' };
    },
  };
}

const wrapped = (problems: readonly string[]): string =>
  problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;

const ownRules = (role: Unstructured): readonly PolicyRule[] => typed<{ rules?: PolicyRule[] }>(role).rules ?? [];

/** What an aggregating role means now; undefined for any other. */
export function aggregatedRules(role: Unstructured, local: LocalApi): readonly PolicyRule[] | undefined {
  const selectors = typed<{ aggregationRule?: { clusterRoleSelectors?: LabelSelectorSpec[] } }>(role).aggregationRule
    ?.clusterRoleSelectors;
  const kind = local.kindOf(RBAC_VERSION, 'ClusterRole');
  if (!selectors || !kind) return undefined;
  const rules = local
    .list(kind)
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .filter(({ metadata }) => selectors.some((selector) => selects(selector, metadata.labels ?? {})))
    .flatMap(ownRules);
  return rules.filter((rule, at) => rules.findIndex((one) => equalJson(one, rule)) === at);
}

interface Binding {
  readonly name: string;
  /** `''` for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

/** Bindings by namespace, read again only after one of them changed. */
function bindingCache(local: LocalApi): (namespace: string) => readonly Binding[] {
  const known = new Map<string, readonly Binding[]>();
  let listening = false;
  const read = (kindName: string, namespace: string): readonly Binding[] => {
    const kind = local.kindOf(RBAC_VERSION, kindName);
    return kind ? local.list(kind, namespace).map(bindingOf) : [];
  };
  const cached = (namespace: string): readonly Binding[] => {
    const found = known.get(namespace) ?? read(namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding', namespace);
    known.set(namespace, found);
    return found;
  };
  return (namespace) => {
    if (!listening) {
      listening = true;
      local.onChange(({ kind, before, after }) => {
        if (isBinding(kind)) known.delete((after ?? before)?.metadata.namespace ?? '');
      });
    }
    return namespace === '' ? cached('') : [...cached(''), ...cached(namespace)];
  };
}

const isBinding = ({ group, kind }: Kind): boolean =>
  group === RBAC_GROUP && (kind === 'RoleBinding' || kind === 'ClusterRoleBinding');

const bindingOf = (object: Unstructured): Binding => {
  const { roleRef, subjects = [] } = typed<{ roleRef: RoleRef; subjects?: Subject[] }>(object);
  return { name: object.metadata.name, namespace: object.metadata.namespace ?? '', roleRef, subjects };
};

function isSubject({ kind, name, namespace }: Subject, user: User, bindingNamespace: string): boolean {
  if (kind === 'User') return user.name === name;
  if (kind === 'Group') return user.groups.includes(name);
  return user.name === `system:serviceaccount:${namespace || bindingNamespace}:${name}`;
}

function throughText({ name, namespace, roleRef }: Binding, subject: Subject): string {
  const binding = namespace === '' ? `ClusterRoleBinding "${name}"` : `RoleBinding "${name}/${namespace}"`;
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || namespace}` : subject.name;
  return `${binding} of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`;
}
