import { earlier, type Scorer } from '../plugin.js';

/** Takes the score that an add-on published for the cluster; 0 without one, or when it has expired. */
export const addOn = (resource: string, score: string): Scorer => ({
  name: `AddOn/${resource}/${score}`,
  score(_placement, clusters, { now, scores }) {
    const expired: string[] = [];
    let untilMs: number | undefined;
    const values = clusters.map(({ metadata: { name } }) => {
      const status = scores.of(name, resource)?.status;
      if (!status) return 0;
      if (status.validUntil) {
        const end = Date.parse(status.validUntil);
        if (now.getTime() > end) {
          expired.push(`${name}/${resource}`);
          return 0;
        }
        // Expiry is strict, so the first moment at which it shows is one millisecond later.
        untilMs = earlier(untilMs, end + 1);
      }
      return status.scores?.find((entry) => entry.name === score)?.value ?? 0;
    });
    return {
      values,
      ...(expired.length > 0 && { warning: `AddOnPlacementScores ${expired.join(' ')} expired` }),
      ...(untilMs !== undefined && { untilMs }),
    };
  },
});
