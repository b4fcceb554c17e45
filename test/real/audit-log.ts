import type { User } from '../../src/apiserver/identity.js';
import { LineReader } from '../scenarios/line-reader.js';
import type { SeenRequest } from '../scenarios/server.js';
import { CLUSTER_ADMIN } from './cluster.js';

const QUIET_USERS = [CLUSTER_ADMIN.user, 'system:apiserver', 'system:anonymous'];

/** Everything anybody but the cluster itself asks about objects, once when it is answered or, for watches, begins. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'None', users: QUIET_USERS }, { level: 'None', nonResourceURLs: ['*'] }, { level: 'Metadata' }],
};

interface AuditUser {
  readonly username: string;
  readonly groups?: readonly string[];
}

interface AuditEvent {
  readonly auditID: string;
  readonly verb: string;
  readonly user: AuditUser;
  readonly impersonatedUser?: AuditUser;
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The audit log of a kube-apiserver. */
export class AuditLog {
  readonly #lines: LineReader;
  readonly #known = new Set<string>();

  constructor(path: string) {
    this.#lines = new LineReader(path);
  }

  /** What was written since the last call. */
  read(): SeenRequest[] {
    return this.#lines
      .read()
      .map((line) => JSON.parse(line) as AuditEvent) // an audit log is a line of JSON for each event
      .filter(({ auditID }) => !this.#known.has(auditID))
      .flatMap((event) => {
        this.#known.add(event.auditID);
        return requestsOf(event);
      });
  }
}

const userOf = ({ username, groups = [] }: AuditUser): User => ({ name: username, groups });

function requestsOf(event: AuditEvent): SeenRequest[] {
  const { objectRef, verb, impersonatedUser } = event;
  if (!objectRef) return [];
  const { apiGroup: group = '', resource: plural, subresource = '', namespace = '', name = '' } = objectRef;
  const allowed = isAllowed(event);
  const user = userOf(event.user);
  const request = { verb, group, plural, subresource, namespace, name, allowed };
  if (!impersonatedUser) return [{ user, ...request }];
  const account = { group: '', plural: 'serviceaccounts', subresource: '', namespace: '', name: '' };
  return [
    { user, verb: 'impersonate', ...account, allowed: true },
    { user: userOf(impersonatedUser), ...request },
  ];
}

/** Not every 403 comes from RBAC: admission and the prevention of escalation answer it too. */
function isAllowed({ annotations = {}, responseStatus }: AuditEvent): boolean {
  const decision = annotations['authorization.k8s.io/decision'];
  return decision === undefined ? responseStatus?.code !== 403 : decision === 'allow';
}
