import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../control/outcome.js';

/** As the embedded API server's audit tells it. */
interface Asked {
  readonly verb: string;
  readonly resource?: { readonly plural: string };
}

export interface Metrics {
  readonly registry: Registry;
  /** Counts one finished run of a loop. */
  reconciled(loop: string, key: string, outcome: Outcome, durationMs: number): void;
  /** Counts one request to the embedded API server. */
  asked(request: Asked, decision: { readonly allowed: boolean }): void;
}

/** Never labelled by object or cluster: a fleet of 100,000 clusters must not become 100,000 series. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const outcomes = new Counter({
    name: 'placet_reconcile_total',
    help: 'Finished reconciles by loop and outcome (done, again, retry, stalled).',
    labelNames: ['loop', 'outcome'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'placet_reconcile_duration_seconds',
    help: 'How long a reconcile took.',
    labelNames: ['loop'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [registry],
  });
  const requests = new Counter({
    name: 'placet_apiserver_requests_total',
    help: 'Requests to the embedded API server by verb and resource, and whether they were allowed.',
    labelNames: ['verb', 'resource', 'allowed'],
    registers: [registry],
  });
  return {
    registry,
    asked: ({ verb, resource }, { allowed }) =>
      requests.inc({ verb, resource: resource?.plural ?? '', allowed: String(allowed) }),
    reconciled: (loop, _key, outcome, durationMs) => {
      outcomes.inc({ loop, outcome: outcome.kind });
      seconds.observe({ loop }, durationMs / 1_000);
    },
  };
}
