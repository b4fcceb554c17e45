import type { KubeClient } from '../kube/client.js';
import { type Cel, ruleConditions } from './condition-rules.js';
import { type FeedbackOptions, feedbackOf } from './feedback.js';
import type { Observer } from './observer.js';
import type { Item } from './plan.js';
import type { Seen } from './seen.js';
import type { Presence } from './status.js';

export interface ObserveTools {
  readonly client: KubeClient;
  readonly observer: Observer;
  readonly feedback: FeedbackOptions;
  /** Asked for when the first rule needs it: most agents meet none, and the evaluator is a sixth of their memory. */
  readonly loadCel: () => Promise<Cel>;
  readonly signal: AbortSignal;
}

export type Look =
  | { readonly kind: 'present'; readonly seen: Seen }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly error: string }
  | { readonly kind: 'incomplete' };

/** What the watch knows, else what the server says. */
export async function lookAt(item: Item, { client, observer, signal }: ObserveTools): Promise<Look> {
  const { type, meta, key, whole } = item;
  if (!type || !meta.name || !meta.version) return { kind: 'incomplete' };
  if (type.namespaced && !meta.namespace) return { kind: 'absent' };
  const sight = observer.look(type, key);
  if (sight.kind === 'absent' || (sight.kind === 'present' && (!whole || sight.seen.object))) return sight;
  try {
    const object = await client.get(type, { name: meta.name, namespace: meta.namespace }, signal);
    return object ? { kind: 'present', seen: observer.note(type, object) } : { kind: 'absent' };
  } catch (error) {
    return { kind: 'unknown', error: error instanceof Error ? error.message : String(error) };
  }
}

/** Evaluates the rules of the manifest on what was found. */
export async function presenceOf(
  item: Item,
  look: Look,
  generation: number,
  { feedback, loadCel }: ObserveTools,
): Promise<Presence> {
  if (look.kind !== 'present') return look;
  const { feedbackRules, conditionRules } = item.config;
  const { object } = look.seen;
  return {
    kind: 'present',
    feedback: object && feedbackRules.length > 0 ? feedbackOf(feedbackRules, object, feedback) : undefined,
    rules:
      object && conditionRules.length > 0 ? ruleConditions(conditionRules, object, generation, await loadCel()) : [],
  };
}
