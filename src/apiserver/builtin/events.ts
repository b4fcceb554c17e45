import type { Unstructured } from '../../api/meta.js';

/** Fields that core/v1 and events.k8s.io/v1 name differently. */
const NAMES: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

const TO_CORE = new Map(NAMES.map(([core, events]) => [events, core]));
const TO_EVENTS = new Map(NAMES.map(([core, events]) => [core, events]));

const renamed = (object: Unstructured, names: ReadonlyMap<string, string>, apiVersion: string): Unstructured => ({
  ...Object.fromEntries(Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value])),
  apiVersion,
  kind: object.kind,
  metadata: object.metadata,
});

/** An event of events.k8s.io/v1 as core/v1 stores it. */
export const toCoreEvent = (object: Unstructured): Unstructured => renamed(object, TO_CORE, 'v1');
export const fromCoreEvent = (object: Unstructured): Unstructured => renamed(object, TO_EVENTS, 'events.k8s.io/v1');
