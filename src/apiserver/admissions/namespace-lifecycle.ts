import type { Admission } from '../admission.js';
import { forbidden, notFound, StatusError } from '../status-error.js';

const NAMESPACES = { group: '', plural: 'namespaces', kind: 'Namespace' };

/** Without these nothing works. */
const KEPT: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

/** Nothing is created in a namespace that is absent or on its way out. */
export const namespaceLifecycle: Admission = ({ operation, kind, subresource, namespace, name, object, local }) => {
  if (kind.group === '' && kind.kind === 'Namespace') {
    if (operation === 'delete' && KEPT.has(name)) {
      throw forbidden(kind, name, 'this namespace may not be deleted');
    }
    return;
  }
  if (operation !== 'create' || subresource !== '' || !kind.namespaced) return;
  const namespaces = local.kindOf('v1', 'Namespace');
  const found = namespaces && local.get(namespaces, { name: namespace });
  if (!found) throw notFound(NAMESPACES, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const message = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const refusal = forbidden(kind, object?.metadata.name ?? name, message);
  throw new StatusError(refusal.code, refusal.reason, refusal.message, {
    ...refusal.details,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
};
