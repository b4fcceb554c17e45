import type { Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import { dns1123SubdomainProblems, pathSegmentProblems } from '../../apimachinery/names.js';
import type { Strategy } from '../kind.js';
import type { Cause } from '../status-error.js';
import { invalidValue, required, unsupported } from './checks/causes.js';
import { validateLabelSelector } from './checks/label-selectors.js';
import { type LabelSelectorSpec, typed } from './model/typed.js';

export interface Rule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

const validateRule = (rule: Rule, path: string, namespaced: boolean): Cause[] => {
  const verbs = rule.verbs?.length ? [] : [required(`${path}.verbs`, 'verbs must contain at least one value')];
  if (rule.nonResourceURLs?.length) {
    const mixed = rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length;
    const reasons = [
      ...(namespaced ? ['namespaced rules cannot apply to non-resource URLs'] : []),
      ...(mixed ? ['rules cannot apply to both regular resources and non-resource URLs'] : []),
    ];
    return [...verbs, ...reasons.map((why) => invalidValue(`${path}.nonResourceURLs`, rule.nonResourceURLs, why))];
  }
  return [
    ...verbs,
    ...(rule.apiGroups?.length
      ? []
      : [required(`${path}.apiGroups`, 'resource rules must supply at least one api group')]),
    ...(rule.resources?.length
      ? []
      : [required(`${path}.resources`, 'resource rules must supply at least one resource')]),
  ];
};

const validateRules = (object: Unstructured, namespaced: boolean): Cause[] =>
  (typed<{ rules?: Rule[] }>(object).rules ?? []).flatMap((rule, index) =>
    validateRule(rule, `rules[${index}]`, namespaced),
  );

export interface Subject {
  kind: string;
  name: string;
  namespace?: string;
  apiGroup?: string;
}

export interface RoleRef {
  apiGroup: string;
  kind: string;
  name: string;
}

const RBAC = 'rbac.authorization.k8s.io';

const completeReferences = (draft: Unstructured): void => {
  const { roleRef = { apiGroup: '', kind: '', name: '' } } = typed<{ roleRef?: RoleRef }>(draft);
  draft.roleRef = { ...roleRef, apiGroup: roleRef.apiGroup || RBAC };
  for (const subject of typed<{ subjects?: Subject[] }>(draft).subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC;
    else if (subject.apiGroup === '') delete subject.apiGroup;
  }
};

function validateBinding(object: Unstructured, before: Unstructured | undefined): Cause[] {
  const { roleRef, subjects = [] } = typed<{ roleRef?: RoleRef; subjects?: Subject[] }>(object);
  const namespaced = object.kind === 'RoleBinding';
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const old = before && typed<{ roleRef?: RoleRef }>(before).roleRef;
  const { apiGroup: APIGroup = '', kind: Kind = '', name: Name = '' } = roleRef ?? {};
  return [
    ...(before && !equalJson(old, roleRef)
      ? [invalidValue('roleRef', { APIGroup, Kind, Name }, 'cannot change roleRef')]
      : []),
    ...(roleRef && roleRef.apiGroup === RBAC ? [] : [unsupported('roleRef.apiGroup', roleRef?.apiGroup ?? '', [RBAC])]),
    ...(roleRef && kinds.includes(roleRef.kind) ? [] : [unsupported('roleRef.kind', roleRef?.kind ?? '', kinds)]),
    ...(Name ? [] : [required('roleRef.name')]),
    ...pathSegmentProblems(Name).map((problem) => invalidValue('roleRef.name', Name, problem)),
    ...subjects.flatMap((subject, index) => validateSubject(subject, `subjects[${index}]`, namespaced)),
  ];
}

function validateSubject({ kind, name, namespace, apiGroup }: Subject, path: string, namespaced: boolean): Cause[] {
  const named = name ? [] : [required(`${path}.name`)];
  if (kind === 'ServiceAccount') {
    const problems = name ? dns1123SubdomainProblems(name) : [];
    const misnamed = problems.map((problem) => invalidValue(`${path}.name`, name, problem));
    const grouped = apiGroup ? [unsupported(`${path}.apiGroup`, apiGroup, [''])] : [];
    return [...named, ...misnamed, ...grouped, ...(namespace || namespaced ? [] : [required(`${path}.namespace`)])];
  }
  if (kind === 'User' || kind === 'Group') {
    return [...named, ...(apiGroup === RBAC ? [] : [unsupported(`${path}.apiGroup`, apiGroup ?? '', [RBAC])])];
  }
  return [...named, unsupported(`${path}.kind`, kind ?? '', ['ServiceAccount', 'User', 'Group'])];
}

export const role: Strategy = { validate: (object) => validateRules(object, true) };
export const clusterRole: Strategy = {
  validate: (object) => [...validateRules(object, false), ...validateAggregation(object)],
};

function validateAggregation(object: Unstructured): Cause[] {
  const { aggregationRule } = typed<{ aggregationRule?: { clusterRoleSelectors?: LabelSelectorSpec[] } }>(object);
  if (!aggregationRule) return [];
  const { clusterRoleSelectors: selectors = [] } = aggregationRule;
  const field = 'aggregationRule.clusterRoleSelectors';
  const why = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
  if (selectors.length === 0) return [required(field, why)];
  return selectors.flatMap((selector, at) => {
    const problems = validateLabelSelector(selector, `${field}[${at}]`);
    return problems.length === 0 ? [] : [...problems, invalidValue(`${field}[${at}]`, null, 'invalid label selector.')];
  });
}

export const binding: Strategy = {
  complete: completeReferences,
  validate: validateBinding,
};
