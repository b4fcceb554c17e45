import type {
  ConditionRule,
  FeedbackRule,
  ManifestConfig,
  ResourceIdentifier,
  UpdateStrategy,
} from '../api/manifest-config.js';

/** One object on the managed cluster, by what the API calls it. */
export interface ResourceName {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** What the matching entries of `spec.manifestConfigs` come to for one manifest. */
export interface EffectiveConfig {
  readonly strategy: UpdateStrategy;
  readonly feedbackRules: readonly FeedbackRule[];
  readonly conditionRules: readonly ConditionRule[];
}

const UPDATE: UpdateStrategy = { type: 'Update' };

/** Literal text, or text in which only `*` is special and stands for any run of characters. */
export function globMatches(pattern: string, text: string): boolean {
  if (pattern === text || pattern === '*') return true;
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined || !text.startsWith(head)) return false;
  let from = head.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return text.length - tail.length >= from && text.endsWith(tail);
}

const matches = ({ group = '', resource, namespace = '', name }: ResourceIdentifier, object: ResourceName): boolean =>
  group === object.group &&
  resource === object.resource &&
  globMatches(namespace, object.namespace) &&
  globMatches(name, object.name);

/** Each part comes from the first matching entry that says anything about it, independently of the others. */
export function configFor(configs: readonly ManifestConfig[], object: ResourceName): EffectiveConfig {
  const matching = configs.filter(({ resourceIdentifier }) => matches(resourceIdentifier, object));
  return {
    strategy: matching.find(({ updateStrategy }) => updateStrategy)?.updateStrategy ?? UPDATE,
    feedbackRules: matching.find(({ feedbackRules }) => feedbackRules?.length)?.feedbackRules ?? [],
    conditionRules: matching.find(({ conditionRules }) => conditionRules?.length)?.conditionRules ?? [],
  };
}
