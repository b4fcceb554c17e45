import { keyOf } from '../api/meta.js';
import type { Placement } from '../api/placement.js';
import { PlacementDecision } from '../api/placement-decision.js';
import { apiVersionOf } from '../api/resource.js';
import type { KubeClient } from '../kube/client.js';
import type { EventInput, EventRecorder } from '../kube/events.js';
import { publication, type Step } from '../scheduler/publication.js';
import type { Schedule } from '../scheduler/schedule.js';
import { scoreNote } from '../scheduler/score-note.js';
import type { Slice } from '../scheduler/slices.js';
import type { DecisionLedger } from './decision-ledger.js';
import type { OwnWrites } from './own-writes.js';

interface Parts {
  readonly client: KubeClient;
  readonly ledger: DecisionLedger;
  readonly events: EventRecorder;
  readonly ownWrites: OwnWrites;
}

interface Decided {
  readonly placement: Placement;
  readonly schedule: Schedule;
  readonly wanted: readonly Slice[];
}

/** Makes the PlacementDecisions of a placement equal to the wanted slices; stops at the first failed write. */
export async function writeDecisions(parts: Parts, decided: Decided, signal: AbortSignal): Promise<void> {
  const { ledger } = parts;
  const { placement, wanted } = decided;
  const { namespace = '', name } = placement.metadata;
  const key = keyOf(placement);
  const own = ledger.objectsOf(key);
  const adopted = wanted.flatMap((slice) => {
    const found = ledger.get(`${namespace}/${slice.name}`);
    return found && !own.includes(found) ? [found] : [];
  });
  const steps = publication(name, [...own, ...adopted], wanted);
  if (steps.length === 0) return;
  ledger.plan(
    key,
    wanted.flatMap(({ clusters }) => clusters),
  );
  try {
    for (const step of steps) await write(parts, decided, step, signal);
  } finally {
    ledger.plan(key, undefined);
  }
}

async function write(parts: Parts, decided: Decided, step: Step, signal: AbortSignal): Promise<void> {
  switch (step.kind) {
    case 'create':
      return create(parts, decided, step.slice, signal);
    case 'decide':
      return decide(parts, decided, step, signal);
    case 'label':
      return label(parts, decided, step, signal);
    case 'delete':
      return remove(parts, decided, step.name, signal);
  }
}

async function create(parts: Parts, { placement }: Decided, slice: Slice, signal: AbortSignal) {
  const { name, labels } = slice;
  const object: PlacementDecision = {
    apiVersion: apiVersionOf(PlacementDecision) as PlacementDecision['apiVersion'],
    kind: 'PlacementDecision',
    metadata: {
      name,
      namespace: placement.metadata.namespace,
      labels: { ...labels },
      ownerReferences: [ownerReference(placement)],
    },
  };
  const created = await parts.client.create(PlacementDecision, object, { signal });
  took(parts, placement, created);
  parts.events.record(decisionEvent(placement, created, 'Create', 'created'));
}

const ownerReference = ({ apiVersion, kind, metadata: { name, uid = '' } }: Placement) => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});

async function decide(
  parts: Parts,
  { placement, schedule: { warning, ranked } }: Decided,
  { name, clusters }: Extract<Step, { kind: 'decide' }>,
  signal: AbortSignal,
) {
  const { namespace = '' } = placement.metadata;
  const decisions = clusters.map((clusterName) => ({ clusterName, reason: '' }));
  const { client, ledger, events } = parts;
  const patched = await client.patch(
    PlacementDecision,
    { namespace, name },
    { type: 'merge', body: { metadata: versionOf(ledger, namespace, name), status: { decisions } } },
    { subresource: 'status', signal },
  );
  took(parts, placement, patched);
  const event = decisionEvent(placement, patched, 'Update', 'updated');
  events.record(
    warning
      ? { ...event, type: 'Warning', note: `${event.note}: ${warning.message} in plugin ${warning.plugin}` }
      : event,
  );
  if (ranked.length === 0) return;
  events.record({ ...event, reason: 'ScoreUpdate', action: 'ScoreUpdated', note: scoreNote(ranked) });
}

/** Refuses the write if somebody else changed the object since we decided. */
function versionOf(ledger: DecisionLedger, namespace: string, name: string) {
  const { uid, resourceVersion } = ledger.get(`${namespace}/${name}`)?.metadata ?? {};
  return { uid, resourceVersion };
}

async function label(
  parts: Parts,
  { placement }: Decided,
  { name, labels }: Extract<Step, { kind: 'label' }>,
  signal: AbortSignal,
) {
  const { namespace = '' } = placement.metadata;
  const metadata = { ...versionOf(parts.ledger, namespace, name), labels };
  const patch = { type: 'merge', body: { metadata } } as const;
  took(parts, placement, await parts.client.patch(PlacementDecision, { namespace, name }, patch, { signal }));
}

async function remove(parts: Parts, { placement }: Decided, name: string, signal: AbortSignal) {
  const { client, ledger, events, ownWrites } = parts;
  const { namespace = '' } = placement.metadata;
  const known = ledger.get(`${namespace}/${name}`);
  if (!known) return;
  const { uid } = known.metadata;
  await client.delete(PlacementDecision, { namespace, name }, { ...(uid && { uid }), signal });
  ledger.drop(known);
  ownWrites.wrote(keyOf(placement), known, true);
  events.record(decisionEvent(placement, known, 'Delete', 'deleted'));
}

function took({ ledger, ownWrites }: Parts, placement: Placement, decision: PlacementDecision): void {
  ledger.put(decision);
  ownWrites.wrote(keyOf(placement), decision);
}

function decisionEvent(
  placement: Placement,
  decision: PlacementDecision,
  verb: 'Create' | 'Update' | 'Delete',
  past: string,
): EventInput {
  const { name, namespace } = decision.metadata;
  return {
    regarding: placement,
    related: decision,
    type: 'Normal',
    reason: `Decision${verb}`,
    action: `Decision${verb}d`,
    note: `Decision ${name} is ${past} with placement ${placement.metadata.name} in namespace ${namespace}`,
  };
}
