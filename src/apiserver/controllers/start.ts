import { setMaxListeners } from 'node:events';
import type { Pki } from '../pki.js';
import { startCertificateSigner } from './certificate-signer.js';
import { startEventExpiry } from './event-expiry.js';
import { startGarbageCollector } from './garbage-collector.js';
import type { Loop, LoopContext } from './loop.js';
import { startNamespaceContent } from './namespace-content.js';
import { startNamespaceController } from './namespaces.js';
import { startRoleAggregation } from './role-aggregation.js';
import { startWorkloadSimulator } from './workload-simulator.js';

export interface ControllerParts extends LoopContext {
  readonly pki: Pki;
  /** Marks workloads as running although nothing runs. */
  readonly simulateWorkloads: boolean;
}

const LOOPS = {
  'garbage-collector': startGarbageCollector,
  namespaces: startNamespaceController,
  'namespace-content': (parts, signal) => startNamespaceContent(parts, parts.pki.caCertificate, signal),
  'certificate-signer': (parts, signal) => startCertificateSigner(parts, parts.pki, signal),
  'role-aggregation': startRoleAggregation,
  'event-expiry': startEventExpiry,
} as const satisfies Readonly<Record<string, (parts: ControllerParts, signal: AbortSignal) => Loop>>;

export type ServerLoop = keyof typeof LOOPS;

/** The loops of the server itself, all unless some are named; they end with the signal. */
export function startServerLoops(
  parts: ControllerParts,
  signal: AbortSignal,
  names: readonly ServerLoop[] = Object.keys(LOOPS) as ServerLoop[], // its keys, which TypeScript forgets
): readonly Loop[] {
  // Each loop listens for the end, and there are more of them than Node takes for a leak.
  setMaxListeners(32, signal);
  return [
    ...names.map((name) => LOOPS[name](parts, signal)),
    ...(parts.simulateWorkloads ? [startWorkloadSimulator(parts, signal)] : []),
  ];
}
