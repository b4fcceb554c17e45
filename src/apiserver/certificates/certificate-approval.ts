import { timestamp } from '../../apimachinery/go-time.js';
import { type Condition, typed } from '../builtin/model/typed.js';
import type { Subresource } from '../kind.js';

/** Approving and denying change conditions only, and never take a decision back. */
export const approvalSubresource: Subresource = {
  name: 'approval',
  verbs: ['get', 'patch', 'update'],
  merge(before, sent, { now }) {
    const status = typed<{ conditions?: Condition[] } | undefined>(before.status) ?? {};
    const { conditions = [] } = typed<{ conditions?: Condition[] } | undefined>(sent.status) ?? {};
    const { conditions: known = [], ...rest } = status;
    const complete = completeConditions(conditions, known, now);
    return { ...before, status: complete.length > 0 ? { ...rest, conditions: complete } : rest };
  },
};

/** Times of conditions that the one who approves leaves to the server. */
function completeConditions(conditions: readonly Condition[], before: readonly Condition[], now: Date): Condition[] {
  return conditions.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const lastTransitionTime = condition.lastTransitionTime ?? old?.lastTransitionTime ?? timestamp(now);
    return { ...condition, lastUpdateTime: condition.lastUpdateTime ?? timestamp(now), lastTransitionTime };
  });
}
