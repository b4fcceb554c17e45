import type { Unstructured } from '../../api/meta.js';
import { equalJson } from '../../apimachinery/json.js';
import { startController } from '../../control/controller.js';
import { done } from '../../control/outcome.js';
import { aggregatedRules, RBAC_GROUP, RBAC_VERSION } from '../authorization/rbac.js';
import type { PolicyRule } from '../authorization/rules.js';
import { typed } from '../builtin/model/typed.js';
import type { LocalApi } from '../local-api.js';
import { type Loop, type LoopContext, MANAGER, RESYNC_MS } from './loop.js';

/** Writes into aggregating ClusterRoles what they aggregate, for those who read them. */
export function startRoleAggregation({ local, log }: LoopContext, signal: AbortSignal): Loop {
  const controller = startController(
    {
      name: 'role-aggregation',
      workers: 1,
      resyncMs: RESYNC_MS,
      log: log.with({ controller: 'role-aggregation' }),
      reconcile: async (name) => {
        await aggregate(local, name);
        return done;
      },
    },
    signal,
  );
  const all = (): readonly Unstructured[] => {
    const kind = local.kindOf(RBAC_VERSION, 'ClusterRole');
    return kind ? local.list(kind) : [];
  };
  const queue = (): void => {
    for (const role of all()) if (aggregatedRules(role, local)) controller.add(role.metadata.name);
  };
  const stop = local.onChange(({ kind }) => {
    if (kind.group === RBAC_GROUP && kind.kind === 'ClusterRole') queue();
  });
  signal.addEventListener('abort', stop, { once: true });
  queue();
  return controller;
}

async function aggregate(local: LocalApi, name: string): Promise<void> {
  const kind = local.kindOf(RBAC_VERSION, 'ClusterRole');
  const role = kind && local.get(kind, { name });
  const rules = role && aggregatedRules(role, local);
  if (!kind || !role || !rules) return;
  const { rules: written = [] } = typed<{ rules?: readonly PolicyRule[] | null }>(role);
  if (equalJson(written ?? [], rules)) return;
  await local.update(kind, { ...role, rules } as Unstructured, { fieldManager: MANAGER });
}
