import type { ExecutionContext } from 'ava';
import type { KubeObject } from '../../src/api/meta.js';
import type { User } from '../../src/apiserver/identity.js';
import type { Logger } from '../../src/control/log.js';
import type { KubeClient } from '../../src/kube/client.js';
import type { Teardown } from '../gitsource/temporary-repository.js';

export const ADMIN: User = { name: 'test-admin', groups: ['system:masters'] };

/** A request for objects, as RBAC sees it; an impersonated one is two. */
export interface SeenRequest {
  readonly user: User;
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly allowed: boolean;
}

/** Told of every state of every object, the last one of a deleted object included. */
export type Observer = (object: KubeObject, type: 'ADDED' | 'MODIFIED' | 'DELETED', before?: KubeObject) => void;

export interface Part {
  readonly name: string;
  kill(): Promise<void>;
  /** Resolves when it serves. */
  start(): Promise<void>;
  /** It stays as it is and does nothing until it thaws, as on a machine that hangs: connections stay open. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

/** A Kubernetes API server as the scenarios use it: it can stop and come back, and tells what it was asked and what changed. */
export interface FleetServer {
  /** Its workloads become ready although nothing runs them. */
  readonly simulatesWorkloads: boolean;
  /** Again after a stop: the same address, with all it had. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The processes it is made of, which can be killed without a warning and started again. */
  readonly parts: readonly Part[];
  /** The path of a kubeconfig for the user. */
  kubeconfig(user?: User): Promise<string>;
  /** Lives as long as the test; `name` is the user and the user agent, and with that the field manager. */
  client(user?: User, log?: Logger): Promise<KubeClient>;
  /** What everybody asked for, oldest first; requests of administrators of the cluster itself may be missing. */
  requests(): readonly SeenRequest[];
  forgetRequests(): void;
  /** Of what is written from now on; once started, from when this resolves. */
  observe(observer: Observer): Promise<void>;
  /** Resolves when observers know everything that was written before the call. */
  observed(): Promise<void>;
}

/** How the servers of a fleet are made. */
export interface Servers {
  hub(t: Teardown, log: Logger): FleetServer;
  spoke(t: Teardown, log: Logger, index: number): FleetServer;
}

/** How ava registers one test, at the same time as others or not. */
export type Register = (title: string, run: (t: ExecutionContext) => Promise<void>) => void;

const READS = new Set(['get', 'list', 'watch', 'impersonate']);
const ASIDE = new Set(['coordination.k8s.io', 'authorization.k8s.io']);

/** Requests of others than the test that changed something, or could have. */
export const writesOf = (requests: readonly SeenRequest[]): string[] =>
  requests
    .filter(({ user, verb, group }) => user.name !== ADMIN.name && !READS.has(verb) && !ASIDE.has(group))
    .map(
      ({ user, verb, plural, subresource, namespace, name }) =>
        `${user.name}: ${verb} ${plural}${subresource && `/${subresource}`} ${namespace}/${name}`,
    );
