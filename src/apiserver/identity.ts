import type { IncomingMessage } from 'node:http';

/** Who asks. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Finds out who sent a request, impersonation included. */
export interface Authenticator {
  /** Requests without credentials are `system:anonymous`; bad credentials throw `unauthorized()`. */
  authenticate(request: IncomingMessage, warn: (message: string) => void): User | Promise<User>;
}

/** What is asked, as RBAC rules see it. */
export interface Attributes {
  readonly user: User;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; lower-case HTTP method for other paths. */
  readonly verb: string;
  /** The URL path; rules about paths apply only when `resource` is absent. */
  readonly path: string;
  readonly resource?: {
    readonly group: string;
    readonly version: string;
    readonly plural: string;
    readonly subresource: string;
    /** `''` for cluster-scoped resources and lists over all namespaces. */
    readonly namespace: string;
    readonly name: string;
  };
}

export interface Decision {
  readonly allowed: boolean;
  /** Why; goes into the 403 and into SubjectAccessReviews. */
  readonly reason: string;
}

export interface Authorizer {
  authorize(attributes: Attributes): Decision | Promise<Decision>;
}

/** For servers that only listen on a test's loopback and for the server's own loops. */
export const SYSTEM_USER: User = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };
export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
