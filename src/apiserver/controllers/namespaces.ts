import type { Unstructured } from '../../api/meta.js';
import { timestamp } from '../../apimachinery/go-time.js';
import { startController } from '../../control/controller.js';
import { done, type Outcome } from '../../control/outcome.js';
import { type Condition, statusOf, typed } from '../builtin/model/typed.js';
import type { Kind } from '../kind.js';
import type { LocalApi } from '../local-api.js';
import { type Loop, type LoopContext, MANAGER, RESYNC_MS } from './loop.js';

/** Empties namespaces that are being deleted, and lets them go when they are empty. */
export function startNamespaceController({ local, log, now }: LoopContext, signal: AbortSignal): Loop {
  const terminating = new Set<string>();
  const controller = startController(
    {
      name: 'namespaces',
      workers: 4,
      resyncMs: RESYNC_MS,
      log: log.with({ controller: 'namespaces' }),
      reconcile: (name) => terminate(local, name, now()),
    },
    signal,
  );
  const hear = (kind: Kind, before: Unstructured | undefined, after: Unstructured | undefined): void => {
    const { namespace, name = '', deletionTimestamp } = (after ?? before)?.metadata ?? {};
    if (kind.group === '' && kind.kind === 'Namespace') {
      if (after && deletionTimestamp !== undefined) {
        terminating.add(name);
        controller.add(name);
      } else terminating.delete(name);
    } else if (namespace !== undefined && terminating.has(namespace)) controller.add(namespace);
  };
  const stop = local.onChange(({ kind, before, after }) => hear(kind, before, after));
  signal.addEventListener('abort', stop, { once: true });
  const kind = local.kindOf('v1', 'Namespace');
  if (kind) for (const object of local.list(kind)) hear(kind, undefined, object);
  return controller;
}

async function terminate(local: LocalApi, name: string, now: Date): Promise<Outcome> {
  const kind = local.kindOf('v1', 'Namespace');
  const namespace = kind && local.get(kind, { name });
  if (!kind || !namespace?.metadata.deletionTimestamp) return done;
  for (const { kind: contentKind, objects } of contentOf(local, name)) {
    for (const { metadata } of objects) {
      if (metadata.deletionTimestamp === undefined) {
        await local.delete(contentKind, metadata, { propagationPolicy: 'Background' });
      }
    }
  }
  const left = contentOf(local, name);
  if (left.length === 0) await finalize(local, kind, namespace);
  else await report(local, kind, namespace, conditionsOf(left), now);
  return done;
}

interface Content {
  readonly kind: Kind;
  readonly objects: readonly Unstructured[];
}

const contentOf = (local: LocalApi, namespace: string): readonly Content[] =>
  local
    .kinds()
    .filter(({ namespaced }) => namespaced)
    .map((kind) => ({ kind, objects: local.list(kind, namespace) }))
    .filter(({ objects }) => objects.length > 0);

async function finalize(local: LocalApi, kind: Kind, namespace: Unstructured): Promise<void> {
  const { finalizers = [] } = typed<{ finalizers?: string[] }>(namespace.spec ?? {});
  const left = finalizers.filter((finalizer) => finalizer !== 'kubernetes');
  if (left.length === finalizers.length) return;
  const spec = left.length === 0 ? {} : { finalizers: left };
  await local.update(kind, { ...namespace, spec } as Unstructured, { subresource: 'finalize', fieldManager: MANAGER });
}

/** Why a namespace is still there, as `kubectl describe namespace` shows it. */
function conditionsOf(left: readonly Content[]): Condition[] {
  const qualified = ({ group, plural }: Kind): string => `${plural}.${group}`;
  const remaining = left.map(({ kind, objects }) => `${qualified(kind)} has ${objects.length} resource instances`);
  const finalizers = new Map<string, number>();
  for (const { metadata } of left.flatMap(({ objects }) => objects)) {
    for (const finalizer of metadata.finalizers ?? []) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  }
  const held = [...finalizers].sort().map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const fine = (type: string, reason: string, message: string): Condition => ({
    type,
    status: 'False',
    reason,
    message,
  });
  return [
    fine('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    fine(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    fine(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    {
      type: 'NamespaceContentRemaining',
      status: 'True',
      reason: 'SomeResourcesRemain',
      message: `Some resources are remaining: ${remaining.join(', ')}`,
    },
    held.length === 0
      ? fine('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished')
      : {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
        },
  ];
}

async function report(
  local: LocalApi,
  kind: Kind,
  namespace: Unstructured,
  found: Condition[],
  now: Date,
): Promise<void> {
  const { conditions: before = [] } = statusOf<{ conditions: Condition[] }>(namespace);
  const conditions = found.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : timestamp(now);
    return { ...condition, lastTransitionTime };
  });
  const status = { ...statusOf<object>(namespace), conditions };
  await local.update(kind, { ...namespace, status } as Unstructured, { subresource: 'status', fieldManager: MANAGER });
}
