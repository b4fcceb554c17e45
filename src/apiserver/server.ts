import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from '../api/meta.js';
import type { Logger } from '../control/log.js';
import type { Admission } from './admission.js';
import { claimExpansion } from './admissions/claim-expansion.js';
import { namespaceLifecycle } from './admissions/namespace-lifecycle.js';
import { type WorkAdmissionOptions, workAdmission } from './admissions/work-admission.js';
import type { Api } from './api.js';
import { createAuthenticator } from './authentication/authenticator.js';
import { createTokens } from './authentication/tokens.js';
import { DEFAULT_ROLES } from './authorization/default-roles.js';
import { preventEscalation } from './authorization/escalation.js';
import { createRbacAuthorizer } from './authorization/rbac.js';
import { builtinKinds } from './builtin/kinds.js';
import { builtinBehaviour } from './builtin-behaviour.js';
import { guardCertificates } from './certificates/certificate-requests.js';
import { namespaceContent } from './controllers/namespace-content.js';
import { type ServerLoop, startServerLoops } from './controllers/start.js';
import { installDefinitions } from './crd/install.js';
import { followDefinitions } from './crd/registry.js';
import { handler } from './handle.js';
import { type Attributes, type Authorizer, type Decision, SYSTEM_USER, type User } from './identity.js';
import { createMissing, DEFAULT_NAMESPACES } from './initial-objects.js';
import { KindRegistry } from './kind-registry.js';
import { kubeconfigText } from './kubeconfig.js';
import { createLocalApi } from './local.js';
import type { Pki, Subject } from './pki.js';
import type { Store } from './store/store.js';
import { WatchHub } from './watch/watch-hub.js';

export interface ApiServerOptions {
  /** Closed with the server. */
  readonly store: Store;
  readonly pki: Pki;
  /** A free one when 0 or absent. */
  readonly port?: number;
  readonly host?: string;
  /** CustomResourceDefinitions to have from the start. */
  readonly crds?: readonly KubeObject[];
  readonly log: Logger;
  readonly now?: () => Date;
  readonly admissions?: readonly Admission[];
  /** Refuses ManifestWorks as the webhook of an OCM hub does; nothing beyond their schema is checked when absent. */
  readonly validateWorks?: WorkAdmissionOptions;
  /** Bearer token → user, beside client certificates and tokens of service accounts. */
  readonly staticTokens?: ReadonlyMap<string, User>;
  /** Told of every request that was authenticated, and whether it was allowed. */
  readonly audit?: (attributes: Attributes, decision: Decision) => void;
  /** Plays the kubelet: marks Deployments, Jobs and the like as ready soon after each change. */
  readonly simulateWorkloads?: boolean;
  /** What the server does by itself, such as collecting garbage: everything unless some loops are named. */
  readonly controllers?: readonly ServerLoop[];
}

export interface ApiServer {
  readonly url: string;
  /** PEM */
  readonly caCertificate: string;
  /** A kubeconfig with a client certificate of its own. */
  kubeconfig(user: { readonly name: string; readonly groups: readonly string[] }): Promise<string>;
  close(): Promise<void>;
}

/** In bytes, URL included, as in kube-apiserver: selectors may be long, users may be in many groups. */
const MAX_HEADER = 2 ** 20;

export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, pki, log, host = '127.0.0.1', port = 0, now = () => new Date() } = options;
  const kinds = new KindRegistry();
  const watches = new WatchHub(store);
  const local = createLocalApi(store, kinds, () => api);
  const tokens = createTokens(pki.serviceAccountKey);
  const staticTokens = options.staticTokens ?? new Map<string, User>();
  const authorizer = createRbacAuthorizer(local);
  kinds.set('built-in', builtinKinds(builtinBehaviour({ tokens, staticTokens, authorizer })));
  const admissions = [
    namespaceLifecycle,
    preventEscalation(authorizer),
    guardCertificates(authorizer),
    claimExpansion,
    ...(options.validateWorks ? [workAdmission(authorizer, options.validateWorks)] : []),
    ...(options.admissions ?? []),
  ];
  const api: Api = { store, kinds, watches, local, now, log, admissions };
  const unfollow = followDefinitions({ kinds, watches, local, log, now });
  await Promise.all([
    installDefinitions(local, options.crds ?? []),
    createMissing(local, [...DEFAULT_NAMESPACES, ...DEFAULT_ROLES]),
  ]);
  const contents = DEFAULT_NAMESPACES.flatMap(({ metadata }) => namespaceContent(metadata.name, pki.caCertificate));
  await createMissing(local, contents);
  const stopping = new AbortController();
  const simulateWorkloads = options.simulateWorkloads ?? false;
  const parts = { local, log, now, pki, simulateWorkloads };
  const loops = startServerLoops(parts, stopping.signal, options.controllers);
  const guard = audited(authorizer, options.audit);
  const authenticator = createAuthenticator({ tokens, staticTokens, local, authorizer: guard, now });
  const handle = handler(api, { authenticator, authorizer: guard });
  const { certificate: cert, key } = await pki.serverCertificate([host, 'localhost']);
  const server = createServer(
    { cert, key, ca: pki.caCertificate, requestCert: true, rejectUnauthorized: false, maxHeaderSize: MAX_HEADER },
    (request, response) => {
      void handle(request, response);
    },
  );
  server.keepAliveTimeout = 120_000;
  server.headersTimeout = 125_000;
  server.requestTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `https://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    caCertificate: pki.caCertificate,
    kubeconfig: async ({ name, groups }) => {
      const subject: Subject = { user: name, groups };
      const credentials = await pki.clientCertificate(subject);
      return kubeconfigText({ server: url, caCertificate: pki.caCertificate, user: name, credentials });
    },
    close: async () => {
      unfollow();
      stopping.abort();
      watches.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Connections whose last answer is on its way become idle one after another.
      const sweep = setInterval(() => server.closeIdleConnections(), 10);
      const force = setTimeout(() => server.closeAllConnections(), 2_000);
      await closed;
      clearInterval(sweep);
      clearTimeout(force);
      await Promise.all(loops.map(({ stopped }) => stopped));
      await store.close();
    },
  };
}

export const ADMIN = { name: 'placet:admin', groups: [...SYSTEM_USER.groups] };

const audited = (authorizer: Authorizer, audit: ApiServerOptions['audit']): Authorizer =>
  audit
    ? {
        authorize: async (attributes) => {
          const decision = await authorizer.authorize(attributes);
          audit(attributes, decision);
          return decision;
        },
      }
    : authorizer;
