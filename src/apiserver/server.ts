import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from '../api/meta.js';
import type { Logger } from '../control/log.js';
import type { Admission } from './admission.js';
import type { Api } from './api.js';
import { createTokens } from './authentication/tokens.js';
import { builtinBehaviour } from './builtin/behaviour.js';
import { builtinKinds } from './builtin/kinds.js';
import { installDefinitions } from './crd/install.js';
import { followDefinitions } from './crd/registry.js';
import { CRD_STRATEGY } from './crd/strategy.js';
import { handler } from './handle.js';
import { everyoneIsSystem, everythingAllowed, SYSTEM_USER } from './identity.js';
import { KindRegistry } from './kind-registry.js';
import { kubeconfigText } from './kubeconfig.js';
import { createLocalApi } from './local.js';
import type { Pki, Subject } from './pki.js';
import type { Store } from './store/store.js';
import { WatchHub } from './watch-hub.js';

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
}

export interface ApiServer {
  readonly url: string;
  /** PEM */
  readonly caCertificate: string;
  /** A kubeconfig with a client certificate of its own. */
  kubeconfig(user: { readonly name: string; readonly groups: readonly string[] }): Promise<string>;
  close(): Promise<void>;
}

export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, pki, log, host = '127.0.0.1', port = 0, now = () => new Date() } = options;
  const kinds = new KindRegistry();
  const tokens = createTokens(pki.serviceAccountKey);
  const behaviour = builtinBehaviour({ tokens });
  const strategies = { ...behaviour.strategies, 'apiextensions.k8s.io/CustomResourceDefinition': CRD_STRATEGY };
  kinds.set('built-in', builtinKinds({ ...behaviour, strategies }));
  const watches = new WatchHub(store);
  const local = createLocalApi(store, kinds, () => api);
  const api: Api = { store, kinds, watches, local, now, log, admissions: options.admissions ?? [] };
  const unfollow = followDefinitions({ kinds, watches, local, log });
  await installDefinitions(local, options.crds ?? []);
  const handle = handler(api, { authenticator: everyoneIsSystem, authorizer: everythingAllowed });
  const { certificate: cert, key } = await pki.serverCertificate([host, 'localhost']);
  const server = createServer(
    { cert, key, ca: pki.caCertificate, requestCert: true, rejectUnauthorized: false },
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
      watches.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), 2_000);
      await closed;
      clearTimeout(force);
      await store.close();
    },
  };
}

export const ADMIN = { name: 'placet:admin', groups: [...SYSTEM_USER.groups] };
