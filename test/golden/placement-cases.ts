import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { KubeObject } from '../../src/api/meta.js';

/** One API call; names hold a placeholder, times are relative. See the README of the golden data for the format. */
export interface Operation {
  readonly create?: KubeObject & { readonly status?: unknown };
  readonly patch?: Target & { readonly subresource?: string; readonly body: unknown };
  readonly delete?: Target;
  readonly fails?: true;
}

export interface Target {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface Observed {
  readonly placements: Readonly<Record<string, ObservedPlacement>>;
  readonly decisions: Readonly<Record<string, readonly ObservedDecision[]>>;
}

export interface ObservedPlacement {
  readonly conditions: readonly { type: string; status: string; reason: string; message: string }[];
  readonly numberOfSelectedClusters: number;
  readonly decisionGroups: readonly unknown[];
}

export interface ObservedDecision {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly clusters: readonly string[];
  readonly reasons?: readonly string[];
  readonly owners?: readonly string[];
  readonly hasStatus?: boolean;
}

export interface Step {
  readonly do?: readonly Operation[];
  readonly expect?: Observed;
  readonly wait?: number;
  readonly events?: readonly string[];
  readonly 'upstream-only'?: string;
}

export interface Case {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly details?: readonly string[];
  readonly steps: readonly Step[];
}

/** Stands for the case's own prefix in every name; as long as the real ones, so that the order of names is kept. */
export const PLACEHOLDER = 'k0000';

/** Recorded cases of which something is left to compare, each up to its first step where we differ on purpose. */
export function readCases(file: string): readonly Case[] {
  return gunzipSync(readFileSync(file))
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case)
    .map((recorded) => ({ ...recorded, steps: ourSteps(recorded.steps) }))
    .filter(
      ({ steps }) => steps.some(({ expect }) => expect) || steps.some((step) => step.do?.some(({ fails }) => fails)),
    );
}

function ourSteps(steps: readonly Step[]): readonly Step[] {
  const end = steps.findIndex((step) => step['upstream-only'] !== undefined);
  return end < 0 ? steps : steps.slice(0, end);
}

/** Where the observation differs from what was recorded; three messages may be worded differently. */
export function differences(wanted: Observed, seen: Observed, { tags }: Case): readonly string[] {
  const found: string[] = [];
  compare(loosened(wanted, tags), loosened(seen, tags), '', found);
  return found;
}

function loosened({ placements, decisions }: Observed, tags: readonly string[]): Observed {
  const loose = Object.entries(placements).map(([key, placement]) => [
    key,
    { ...placement, conditions: placement.conditions.map((condition) => loosenedCondition(condition, tags)) },
  ]);
  return { placements: Object.fromEntries(loose), decisions };
}

function loosenedCondition<C extends ObservedPlacement['conditions'][number]>(
  condition: C,
  tags: readonly string[],
): C {
  const { type, reason, message } = condition;
  if (type === 'PlacementMisconfigured' && message.startsWith('Predicate:'))
    return { ...condition, message: 'Predicate:…' };
  const isOurs = type === 'PlacementSatisfied' && (reason === 'NoManagedClusterMatched' || tags.includes('cel'));
  return isOurs ? { ...condition, message: '…' } : condition;
}

function compare(wanted: unknown, seen: unknown, at: string, found: string[]): void {
  const [a, b] = [JSON.stringify(wanted), JSON.stringify(seen)];
  if (a === b || found.length > 5) return;
  if (isRecord(wanted) && isRecord(seen)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(seen)])) {
      compare(wanted[key], seen[key], `${at}.${key}`, found);
    }
  } else {
    found.push(`${at.slice(1)}: recorded ${a?.slice(0, 400)}, seen ${b?.slice(0, 400)}`);
  }
}

/** Lists of texts are compared as a whole, lists of objects member by member. */
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(Array.isArray(value) && typeof value[0] === 'string');
