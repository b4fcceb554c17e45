import type { Kind } from './kind.js';
import { StatusError } from './status-error.js';

/** What would need running containers or another server behind this one. */
const UNSERVED: ReadonlySet<string> = new Set([
  'pods/attach',
  'pods/exec',
  'pods/log',
  'pods/portforward',
  'pods/proxy',
  'services/proxy',
  'nodes/proxy',
]);

/** Says what this server cannot do, where Kubernetes could. */
export function refuseUnserved({ group, plural }: Kind, subresource: string): void {
  const what = `${plural}/${subresource}`;
  if (group !== '' || !UNSERVED.has(what)) return;
  throw new StatusError(
    501,
    'NotImplemented',
    `${what} is not served: this API server runs no containers and no proxy`,
    {
      kind: plural,
    },
  );
}
