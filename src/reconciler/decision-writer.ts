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

interface Parts {
  readonly client: KubeClient;
  readonly ledger: DecisionLedger;
  readonly events: EventRecorder;
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
  const key = `${namespace}/${name}`;
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

async function create({ client, ledger, events }: Parts, { placement }: Decided, slice: Slice, signal: AbortSignal) {
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
  const created = await client.create(PlacementDecision, object, { signal });
  ledger.put(created);
  events.record(decisionEvent(placement, created, 'Create', 'created'));
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
  { client, ledger, events }: Parts,
  { placement, schedule: { warning, ranked } }: Decided,
  { name, clusters }: Extract<Step, { kind: 'decide' }>,
  signal: AbortSignal,
) {
  const { namespace = '' } = placement.metadata;
  const decisions = clusters.map((clusterName) => ({ clusterName, reason: '' }));
  const patched = await client.patch(
    PlacementDecision,
    { namespace, name },
    { type: 'merge', body: { metadata: versionOf(ledger, namespace, name), status: { decisions } } },
    { subresource: 'status', signal },
  );
  ledger.put(patched);
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
  { client, ledger }: Parts,
  { placement }: Decided,
  { name, labels }: Extract<Step, { kind: 'label' }>,
  signal: AbortSignal,
) {
  const { namespace = '' } = placement.metadata;
  const metadata = { ...versionOf(ledger, namespace, name), labels };
  ledger.put(
    await client.patch(PlacementDecision, { namespace, name }, { type: 'merge', body: { metadata } }, { signal }),
  );
}

async function remove({ client, ledger, events }: Parts, { placement }: Decided, name: string, signal: AbortSignal) {
  const { namespace = '' } = placement.metadata;
  const known = ledger.get(`${namespace}/${name}`);
  if (!known) return;
  const { uid } = known.metadata;
  await client.delete(PlacementDecision, { namespace, name }, { ...(uid && { uid }), signal });
  ledger.drop(known);
  events.record(decisionEvent(placement, known, 'Delete', 'deleted'));
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
