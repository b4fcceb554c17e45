/** A token bucket per key: how long a key has to wait for its next turn. */
export interface Rate {
  /** 0 when the key may go at once; the turn is then taken. */
  waitMs(key: string): number;
}

const MAX_KEYS = 10_000;

export function createRate({ burst, perSecond, now }: { burst: number; perSecond: number; now: () => number }): Rate {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    waitMs: (key) => {
      const at = now();
      const bucket = buckets.get(key) ?? { tokens: burst, at };
      const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
      buckets.delete(key);
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at });
      // Insertion order is age of use: whoever was not seen for longest has a full bucket again.
      for (const oldest of buckets.keys()) {
        if (buckets.size <= MAX_KEYS) break;
        buckets.delete(oldest);
      }
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000);
    },
  };
}
