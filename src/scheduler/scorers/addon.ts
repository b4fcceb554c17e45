import type { AddOnPlacementScore } from '../../api/addon-score.js';
import { memo } from '../memo.js';
import { earlier, type Scorer } from '../plugin.js';

const endOf = memo(({ status }: AddOnPlacementScore): number =>
  status?.validUntil ? Date.parse(status.validUntil) : Number.POSITIVE_INFINITY,
);

/** Takes the score that an add-on published for the cluster; 0 without one, or when it has expired. */
export const addOn = (resource: string, score: string): Scorer => ({
  name: `AddOn/${resource}/${score}`,
  score(_placement, clusters, { now, scores }) {
    const expired: string[] = [];
    let untilMs: number | undefined;
    const values = clusters.map(({ metadata: { name } }) => {
      const found = scores.of(name, resource);
      if (!found) return 0;
      const end = endOf(found);
      if (now.getTime() > end) {
        expired.push(`${name}/${resource}`);
        return 0;
      }
      // Expiry is strict, so the first moment at which it shows is one millisecond later.
      if (end !== Number.POSITIVE_INFINITY) untilMs = earlier(untilMs, end + 1);
      return found.status?.scores?.find((entry) => entry.name === score)?.value ?? 0;
    });
    return {
      values,
      ...(expired.length > 0 && { warning: `AddOnPlacementScores ${expired.join(' ')} expired` }),
      ...(untilMs !== undefined && { untilMs }),
    };
  },
});
