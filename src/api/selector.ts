import { z } from 'zod';

const atomic = { 'x-kubernetes-list-type': 'atomic' };

export const SelectorRequirement = z.object({
  key: z.string(),
  operator: z.string().describe('In, NotIn, Exists or DoesNotExist.'),
  values: z.array(z.string()).optional().meta(atomic),
});
export type SelectorRequirement = z.infer<typeof SelectorRequirement>;

/** metav1.LabelSelector: all labels and all expressions must match. */
export const LabelSelectorSpec = z
  .object({
    matchLabels: z.record(z.string(), z.string()).optional(),
    matchExpressions: z.array(SelectorRequirement).optional().meta(atomic),
  })
  .meta({ 'x-kubernetes-map-type': 'atomic' });
export type LabelSelectorSpec = z.infer<typeof LabelSelectorSpec>;

/** Matched against the claims a cluster reports, with the rules of label selectors. */
export const ClaimSelector = z.object({ matchExpressions: z.array(SelectorRequirement).optional() });
export type ClaimSelector = z.infer<typeof ClaimSelector>;
