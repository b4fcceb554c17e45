import { z } from 'zod';
import { timestamp } from './schema.js';

/** An optional DNS prefix and a name; shared by taints, tolerations and topology keys. The empty string is refused. */
export const QualifiedKey = z
  .string()
  .max(316)
  .regex(
    /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
  );

export const TaintEffect = z.enum(['NoSelect', 'PreferNoSelect', 'NoSelectIfNew']);
export type TaintEffect = z.infer<typeof TaintEffect>;

export const Taint = z.object({
  key: QualifiedKey,
  value: z.string().max(1024).optional(),
  effect: TaintEffect,
  timeAdded: timestamp().nullish().describe('When the taint was put on the cluster; tolerationSeconds count from it.'),
});
export type Taint = z.infer<typeof Taint>;

export const Toleration = z.object({
  key: QualifiedKey.optional().describe('Any key when absent; then the operator must be Exists.'),
  operator: z.string().default('Equal').describe('Equal or Exists.'),
  value: z.string().max(1024).optional(),
  effect: TaintEffect.optional().describe('Any effect when absent.'),
  tolerationSeconds: z
    .int()
    .optional()
    .describe('How long after timeAdded the taint is tolerated; for ever when absent.'),
});
export type Toleration = z.infer<typeof Toleration>;
