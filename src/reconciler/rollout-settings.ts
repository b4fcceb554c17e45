import type { RolloutStrategy } from '../api/rollout.js';
import { parseDuration } from '../apimachinery/duration.js';

/** Go durations as they may be written in a rollout strategy; thrown texts name the field. */
export interface RolloutSettings {
  /** Undefined: a cluster may take for ever. */
  readonly deadlineMs: number | undefined;
  readonly minSuccessMs: number;
  readonly maxFailures: number | string;
  readonly maxConcurrency: number | string | undefined;
  readonly mandatory: readonly { readonly groupName?: string | undefined; readonly groupIndex?: number | undefined }[];
}

const DEADLINE = /^(([0-9])+[h|m|s])|None$/;

export function settingsOf(strategy: RolloutStrategy): RolloutSettings {
  switch (strategy.type) {
    case 'All':
      return { ...NOTHING, deadlineMs: deadline(strategy.all?.progressDeadline) };
    case 'Progressive':
      return { ...limits(strategy.progressive), maxConcurrency: strategy.progressive?.maxConcurrency };
    case 'ProgressivePerGroup':
      return limits(strategy.progressivePerGroup);
    default:
      // The schema knows no other type, but a server without it may hold one.
      throw new Error(`rolloutStrategy.type: ${String(strategy.type)} is not a rollout type`);
  }
}

const NOTHING: RolloutSettings = {
  deadlineMs: undefined,
  minSuccessMs: 0,
  maxFailures: 0,
  maxConcurrency: undefined,
  mandatory: [],
};

function limits(given: RolloutStrategy['progressivePerGroup']): RolloutSettings {
  return {
    deadlineMs: deadline(given?.progressDeadline),
    minSuccessMs: duration('minSuccessTime', given?.minSuccessTime ?? '0'),
    maxFailures: given?.maxFailures ?? 0,
    maxConcurrency: undefined,
    mandatory: given?.mandatoryDecisionGroups ?? [],
  };
}

function deadline(text = 'None'): number | undefined {
  if (text === '' || text === 'None') return undefined;
  if (!DEADLINE.test(text)) throw new Error(`progressDeadline: invalid timeout format ${JSON.stringify(text)}`);
  return duration('progressDeadline', text);
}

function duration(field: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new Error(`${field}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** `25%` of a total is rounded up; nothing and more than everything mean `otherwise`. */
export function sizeOf(field: string, size: number | string | undefined, total: number, otherwise: number): number {
  if (size === undefined) return otherwise;
  const percent = typeof size === 'string' ? /^(\d+)%$/.exec(size) : undefined;
  if (percent === null) throw new Error(`${field}: ${JSON.stringify(size)} is neither a number nor a percentage`);
  const count = percent ? Math.ceil((Number(percent[1]) * total) / 100) : Number(size);
  return count <= 0 || count > total ? otherwise : count;
}
