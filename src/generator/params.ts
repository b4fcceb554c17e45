import type { PlacementDecision } from '../api/placement-decision.js';
import { DECISION_GROUP_INDEX_LABEL, DECISION_GROUP_NAME_LABEL, PLACEMENT_LABEL } from '../api/placement-labels.js';
import { goText } from './go-text.js';
import { labelTest } from './label-selector.js';
import type { Question } from './question.js';
import { Refusal } from './refusal.js';
import type { Selection, Snapshot } from './snapshot.js';

/** One parameter set: texts, and the caller's own `values`. */
export type Parameters = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** As much of a slice as questions look at. */
type Identified = Pick<PlacementDecision, 'metadata'>;

/** A set torn for longer than this is not a write in progress any more. */
const TORN_LIMIT_MS = 30_000;

/**
 * Pure: the parameter sets Argo CD's clusterDecisionResource generator would make, each cluster once. Throws a Refusal
 * whenever the answer would be incomplete, unknown or unexpectedly empty.
 */
export function parametersFor(question: Question, snapshot: Snapshot, now: number): readonly Parameters[] {
  const slices = slicesFor(question, snapshot, now);
  const sets = new Map<string, Parameters>();
  const unmatched: string[] = [];
  for (const decision of slices.flatMap(({ status }) => status?.decisions ?? [])) {
    // The schema asks for a text, but a server without it serves what somebody wrote.
    const members: Readonly<Record<string, unknown>> = decision;
    const name = goText(members.clusterName ?? '');
    if (sets.has(name)) continue;
    const cluster = snapshot.clusters.get(name);
    if (name === '' || !cluster) {
      if (name !== '' && question.onUnmatched === 'emit') sets.set(name, parameterSet(name, '', members, question));
      else unmatched.push(name);
    } else if (cluster.broken) {
      throw new Refusal(503, `cluster ${name}: ${cluster.broken}`);
    } else {
      sets.set(name, parameterSet(name, cluster.server, members, question));
    }
  }
  if (unmatched.length > 0 && question.onUnmatched === 'error') {
    throw new Refusal(
      409,
      `${subjectOf(question)}: no Argo CD cluster Secret for ${list(unmatched)}; onUnmatched: drop leaves them out`,
    );
  }
  if (sets.size === 0 && question.onEmpty === 'error') {
    const why =
      unmatched.length > 0
        ? `none of ${unmatched.length} clusters has an Argo CD cluster Secret`
        : 'no cluster is selected';
    throw new Refusal(409, `${subjectOf(question)}: ${why}; onEmpty: allow permits an empty answer`);
  }
  return [...sets.values()];
}

function parameterSet(
  name: string,
  server: string,
  members: Readonly<Record<string, unknown>>,
  { values }: Question,
): Parameters {
  const texts = Object.entries(members).map(([key, value]) => [key, goText(value)] as const);
  return { name, server, ...Object.fromEntries(texts), ...(values ? { values } : {}) };
}

function slicesFor(question: Question, snapshot: Snapshot, now: number): readonly PlacementDecision[] {
  const { namespace, placement, decisionGroup } = question;
  const prefix = `${namespace}/`;
  const isWanted = decisionTest(question);
  const slices: PlacementDecision[] = [];
  for (const [key, selection] of snapshot.selections) {
    if (placement ? key !== prefix + placement : !key.startsWith(prefix)) continue;
    const usable = usableSlices(selection, now);
    if (usable) slices.push(...usable);
    else if (mayHold(key.slice(prefix.length), selection, isWanted)) throw torn(key);
  }
  if (!placement) slices.push(...snapshot.unowned.filter(({ metadata }) => metadata.namespace === namespace));
  const chosen = slices
    .filter(isWanted)
    .filter((slice) => decisionGroup === undefined || isOfGroup(slice, decisionGroup))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  if (chosen.length === 0) throw new Refusal(404, `${subjectOf(question)}: no PlacementDecision matches`);
  return chosen;
}

function usableSlices(selection: Selection, now: number): readonly PlacementDecision[] | undefined {
  if ('slices' in selection) return selection.slices;
  return now - selection.tornSince < TORN_LIMIT_MS ? selection.lastComplete : undefined;
}

/** Whether a missing slice of the placement could be one of those asked for. */
function mayHold(placement: string, selection: Selection, isWanted: (slice: Identified) => boolean): boolean {
  const parts = 'parts' in selection ? selection.parts : [];
  const metadata = { name: `${placement}-decision-1`, labels: { [PLACEMENT_LABEL]: placement } };
  return [...parts, { metadata }].some(isWanted);
}

const torn = (key: string): Refusal =>
  new Refusal(503, `placement ${key}: its decisions are being rewritten, some of them are missing`);

function decisionTest({ decision, labelSelector }: Question): (slice: Identified) => boolean {
  if (decision) return ({ metadata }) => metadata.name === decision;
  if (!labelSelector) return () => true;
  const matches = labelTest(labelSelector);
  return ({ metadata }) => matches(metadata.labels ?? {});
}

const isOfGroup = ({ metadata: { labels = {} } }: PlacementDecision, group: string): boolean =>
  labels[DECISION_GROUP_INDEX_LABEL] === group || labels[DECISION_GROUP_NAME_LABEL] === group;

function subjectOf({ namespace, placement, decision }: Question): string {
  if (placement) return `placement ${namespace}/${placement}`;
  return decision ? `decision ${namespace}/${decision}` : `labelSelector in namespace ${namespace}`;
}

const list = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
