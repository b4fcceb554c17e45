import { z } from 'zod';

/** A list with one entry per value of `key`; writers of different entries do not clobber each other. */
export const listMap = <T extends z.ZodObject>(item: T, key: string) =>
  z.array(item).meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] });

export const int32 = () => z.int32();
export const int64 = () => z.int().meta({ format: 'int64' });

export const dateTime = () => z.string().meta({ format: 'date-time' });

/** A number, or text that matches `pattern`. */
export const intOrString = ({ pattern }: { readonly pattern: string }) =>
  z.union([z.int(), z.string().regex(new RegExp(pattern))]).meta({ 'x-kubernetes-int-or-string': true, pattern });

/** A whole Kubernetes object of any kind. */
export const embeddedResource = () =>
  z
    .record(z.string(), z.unknown())
    .meta({ 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true });

export const Condition = z.object({
  type: z
    .string()
    .max(316)
    .regex(
      /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
    ),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: z.int().min(0).optional().meta({ format: 'int64' }),
  lastTransitionTime: dateTime(),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/),
  message: z.string().max(32768),
});
export type Condition = z.infer<typeof Condition>;

export const Conditions = listMap(Condition, 'type');
