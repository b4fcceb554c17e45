import type { Attributes } from '../identity.js';

/** One rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(value));

/** Whether a rule allows what is asked. */
export function ruleAllows(rule: PolicyRule, { verb, path, resource }: Attributes): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (!resource) return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, path));
  return (
    has(rule.apiGroups, resource.group) &&
    resourceMatches(rule.resources ?? [], resource.plural, resource.subresource) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(resource.name))
  );
}

function resourceMatches(resources: readonly string[], plural: string, subresource: string): boolean {
  const combined = subresource === '' ? plural : `${plural}/${subresource}`;
  return resources.some((one) => one === '*' || one === combined || (subresource !== '' && one === `*/${subresource}`));
}

const pathMatches = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));

/** The smallest things a rule grants: one verb on one resource, name or path each. A small rule may grant millions. */
export function* atomsOf(rule: PolicyRule): Generator<PolicyRule> {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const names = resourceNames.length > 0 ? resourceNames.map((name) => ({ resourceNames: [name] })) : [{}];
  for (const group of apiGroups)
    for (const resource of resources)
      for (const verb of verbs)
        for (const name of names) yield { verbs: [verb], apiGroups: [group], resources: [resource], ...name };
  for (const verb of verbs) for (const url of nonResourceURLs) yield { verbs: [verb], nonResourceURLs: [url] };
}

function* allAtomsOf(rules: readonly PolicyRule[]): Generator<PolicyRule> {
  for (const rule of rules) yield* atomsOf(rule);
}

/** Whether one rule alone grants everything an atom does. */
function covers(owner: PolicyRule, atom: PolicyRule): boolean {
  const all = (wanted: readonly string[] | undefined, held: readonly string[] | undefined) =>
    (wanted ?? []).every((one) => has(held, one));
  if (!all(atom.verbs, owner.verbs)) return false;
  if (atom.nonResourceURLs) {
    return atom.nonResourceURLs.every((url) => (owner.nonResourceURLs ?? []).some((held) => pathMatches(held, url)));
  }
  return (
    all(atom.apiGroups, owner.apiGroups) &&
    (atom.resources ?? []).every((resource) => coversResource(owner.resources ?? [], resource)) &&
    (!owner.resourceNames?.length || atom.resourceNames?.every((name) => owner.resourceNames?.includes(name)) === true)
  );
}

/** The same without looking at each: a rule of resources, in which an empty list of names means all. */
function coversAll(owner: PolicyRule, { resourceNames, nonResourceURLs, ...rule }: PolicyRule): boolean {
  return !nonResourceURLs?.length && covers(owner, resourceNames?.length ? { ...rule, resourceNames } : rule);
}

function coversResource(held: readonly string[], resource: string): boolean {
  const subresource = resource.split('/')[1];
  return held.some(
    (one) => one === '*' || one === resource || (subresource !== undefined && one === `*/${subresource}`),
  );
}

/** Nobody reads on, and the rest would be looked at for nothing. */
const MOST_MISSING = 1_000;

/** What of `wanted` nobody with the rules `held` has, as much as is told; verbs of the same thing together. */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing = new Map<string, { readonly thing: Omit<PolicyRule, 'verbs'>; readonly verbs: Set<string> }>();
  const lacking = wanted.filter((rule) => !held.some((one) => coversAll(one, rule)));
  for (const atom of allAtomsOf(lacking)) {
    if (missing.size >= MOST_MISSING) break;
    if (held.some((one) => covers(one, atom))) continue;
    const { verbs, ...thing } = atom;
    const key = JSON.stringify(thing);
    const known = missing.get(key) ?? { thing, verbs: new Set() };
    missing.set(key, known);
    for (const verb of verbs) known.verbs.add(verb);
  }
  return [...missing.values()].map(({ thing, verbs }) => ({ ...thing, verbs: [...verbs] }));
}

/** A rule as Kubernetes prints it in refusals. */
export function ruleText({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: PolicyRule): string {
  const quoted = (list: readonly string[]) => `[${list.map((one) => JSON.stringify(one)).join(' ')}]`;
  const parts = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['ResourceNames', resourceNames],
    ['NonResourceURLs', nonResourceURLs],
    ['Verbs', verbs],
  ] as const;
  return `{${parts.flatMap(([name, list]) => (list?.length ? [`${name}:${quoted(list)}`] : [])).join(', ')}}`;
}
