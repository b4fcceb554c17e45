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

/** The loops of the server itself; they end with the signal. */
export function startServerLoops(parts: ControllerParts, signal: AbortSignal): readonly Loop[] {
  // Each loop listens for the end, and there are more of them than Node takes for a leak.
  setMaxListeners(32, signal);
  return [
    startGarbageCollector(parts, signal),
    startNamespaceController(parts, signal),
    startNamespaceContent(parts, parts.pki.caCertificate, signal),
    startCertificateSigner(parts, parts.pki, signal),
    startRoleAggregation(parts, signal),
    startEventExpiry(parts, signal),
    ...(parts.simulateWorkloads ? [startWorkloadSimulator(parts, signal)] : []),
  ];
}
