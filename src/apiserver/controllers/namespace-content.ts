import type { Unstructured } from '../../api/meta.js';
import { startController } from '../../control/controller.js';
import { done } from '../../control/outcome.js';
import { createMissing } from '../initial-objects.js';
import { type Loop, type LoopContext, RESYNC_MS } from './loop.js';

const ACCOUNT = 'default';
const ROOT_CA = 'kube-root-ca.crt';

/** Gives every namespace what pods and clients expect in it: a service account and the server's CA. */
export function startNamespaceContent({ local, log }: LoopContext, caCertificate: string, signal: AbortSignal): Loop {
  const controller = startController(
    {
      name: 'namespace-content',
      workers: 4,
      resyncMs: RESYNC_MS,
      log: log.with({ controller: 'namespace-content' }),
      reconcile: async (name) => {
        const kind = local.kindOf('v1', 'Namespace');
        const namespace = kind && local.get(kind, { name });
        if (!namespace || namespace.metadata.deletionTimestamp !== undefined) return done;
        await createMissing(local, namespaceContent(name, caCertificate));
        return done;
      },
    },
    signal,
  );
  const stop = local.onChange(({ kind, before, after }) => {
    if (kind.group !== '') return;
    if (kind.kind === 'Namespace' && after && !before) controller.add(after.metadata.name);
    const lost = after ? undefined : before?.metadata;
    if (!lost?.namespace) return;
    const ours =
      (kind.kind === 'ServiceAccount' && lost.name === ACCOUNT) || (kind.kind === 'ConfigMap' && lost.name === ROOT_CA);
    if (ours) controller.add(lost.namespace);
  });
  signal.addEventListener('abort', stop, { once: true });
  const kind = local.kindOf('v1', 'Namespace');
  if (kind) for (const { metadata } of local.list(kind)) controller.add(metadata.name);
  return controller;
}

export const namespaceContent = (namespace: string, caCertificate: string): readonly Unstructured[] => [
  accountOf(namespace),
  rootCaOf(namespace, caCertificate),
];

const accountOf = (namespace: string): Unstructured => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: ACCOUNT, namespace },
});

const rootCaOf = (namespace: string, caCertificate: string): Unstructured => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: ROOT_CA,
    namespace,
  },
  data: { 'ca.crt': caCertificate },
});
