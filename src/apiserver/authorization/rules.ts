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

/** The smallest things a rule grants: one verb on one resource, name or path each. */
export function atomsOf(rule: PolicyRule): PolicyRule[] {
  const paths = rule.verbs.flatMap((verb) =>
    (rule.nonResourceURLs ?? []).map((url) => ({ verbs: [verb], nonResourceURLs: [url] })),
  );
  const names: readonly (string | undefined)[] = rule.resourceNames?.length ? rule.resourceNames : [undefined];
  const resources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        names.map((name) => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(name === undefined ? {} : { resourceNames: [name] }),
        })),
      ),
    ),
  );
  return [...resources, ...paths];
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

function coversResource(held: readonly string[], resource: string): boolean {
  const subresource = resource.split('/')[1];
  return held.some(
    (one) => one === '*' || one === resource || (subresource !== undefined && one === `*/${subresource}`),
  );
}

/** What of `wanted` nobody with the rules `held` has; verbs of the same thing together. */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing = wanted.flatMap(atomsOf).filter((atom) => !held.some((rule) => covers(rule, atom)));
  const merged = new Map<string, PolicyRule>();
  for (const atom of missing) {
    const { verbs, ...thing } = atom;
    const key = JSON.stringify(thing);
    const verbsSoFar = merged.get(key)?.verbs ?? [];
    merged.set(key, { ...thing, verbs: [...new Set([...verbsSoFar, ...verbs])] });
  }
  return [...merged.values()];
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
