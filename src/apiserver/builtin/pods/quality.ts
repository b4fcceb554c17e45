import { quantityOrUndefined } from '../../../apimachinery/quantity.js';
import { containersOf } from './complete.js';
import type { PodSpec, Quantities } from './pod-shape.js';

const COUNTED = ['cpu', 'memory'] as const;

/** How much of what a pod may use it is promised. */
export function qosClassOf(spec: PodSpec): string {
  const resources = containersOf(spec).map(({ resources: own = {} }) => own);
  const asked = resources.flatMap(({ limits, requests }) => [limits, requests]);
  if (asked.every((quantities) => COUNTED.every((name) => amount(quantities, name) === undefined))) return 'BestEffort';
  const guaranteed = resources.every(({ limits, requests }) =>
    COUNTED.every((name) => {
      const limit = amount(limits, name);
      const request = amount(requests, name);
      return limit !== undefined && (request === undefined || request === limit);
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** None of something is as good as nothing said. */
function amount(quantities: Quantities | undefined, name: string): bigint | undefined {
  const value = quantities?.[name];
  const milli = value === undefined ? 0n : (quantityOrUndefined(String(value))?.milliValue() ?? 0n);
  return milli > 0n ? milli : undefined;
}
