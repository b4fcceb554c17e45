/** Names of `--controllers`: the loops (files of `src/reconciler`), the generator and the webhook receiver. */
export const HUB_CONTROLLERS = [
  'source',
  'clusterset',
  'placement',
  'replicaset',
  'ttl',
  'generator',
  'webhook',
] as const;
export type HubController = (typeof HUB_CONTROLLERS)[number];
