import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { TerminalError } from '../control/errors.js';
import { keepSecret } from '../control/redact.js';
import type { ClusterAccess, FileOrData } from './kubeconfig.js';

/** What one moment's connections and requests are authenticated with. */
export interface Credentials {
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
    readonly rejectUnauthorized: boolean;
  };
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** Gives the credentials to use now: files are read again when older than a minute, expired tokens renewed; `fresh` forgets what is cached. */
export type CredentialSource = (fresh?: boolean) => Promise<Credentials>;

const FILE_MAX_AGE_MS = 60_000;

export function credentialSource(access: ClusterAccess, now: () => number): CredentialSource {
  const { user } = access;
  const read = fileReader(now);
  const provider = authenticator(access);
  const fixed: Record<string, string | string[]> = {};
  if (user.basic) {
    keepSecret(user.basic.password);
    fixed.authorization = `Basic ${Buffer.from(`${user.basic.username}:${user.basic.password}`).toString('base64')}`;
  }
  if (user.impersonate) {
    fixed['impersonate-user'] = user.impersonate.user;
    if (user.impersonate.groups.length > 0) fixed['impersonate-group'] = [...user.impersonate.groups];
  }

  return async (fresh = false) => {
    const [ca, cert, key, tokenFromFile, provided] = await Promise.all([
      contentOf(access.ca, read, fresh),
      contentOf(user.certificate, read, fresh),
      contentOf(user.key, read, fresh),
      user.tokenFile ? read(user.tokenFile, fresh) : undefined,
      provider?.(fresh),
    ]);
    const token = user.token ?? tokenFromFile?.trim() ?? provided?.token;
    if (token) keepSecret(token);
    const chosenCert = provided?.cert ?? cert;
    const chosenKey = provided?.key ?? key;
    return {
      tls: {
        rejectUnauthorized: !access.insecure,
        ...(ca && !access.insecure ? { ca } : {}),
        ...(chosenCert ? { cert: chosenCert } : {}),
        ...(chosenKey ? { key: chosenKey } : {}),
        ...(access.serverName ? { servername: access.serverName } : {}),
      },
      headers: token ? { ...fixed, authorization: `Bearer ${token}` } : fixed,
    };
  };
}

type FileReader = (path: string, fresh: boolean) => Promise<string>;

function fileReader(now: () => number): FileReader {
  const known = new Map<string, { content: string; at: number }>();
  return async (path, fresh) => {
    const last = known.get(path);
    if (last && !fresh && now() - last.at < FILE_MAX_AGE_MS) return last.content;
    const content = await readFile(path, 'utf8').catch((cause: unknown) => {
      // A file that is being replaced can be missing for a moment; what it held is still the best answer.
      if (last) return last.content;
      throw new TerminalError(`credential file ${path}: cannot be read`, { cause });
    });
    known.set(path, { content, at: now() });
    return content;
  };
}

const contentOf = async (from: FileOrData | undefined, read: FileReader, fresh: boolean): Promise<string | undefined> =>
  from && ('data' in from ? from.data : read(from.file, fresh));

interface Provided {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Exec plugins and OIDC are client-node's; loaded only for kubeconfigs that use them. */
function authenticator(access: ClusterAccess): ((fresh: boolean) => Promise<Provided>) | undefined {
  const { exec, authProvider, name } = access.user;
  if (!exec && !authProvider) return undefined;
  const user = { name, exec: exec && withExecInfo(exec, access), authProvider };
  let loading: ReturnType<typeof loadAuthenticator> | undefined;
  return async (fresh) => {
    // An authenticator caches what it got; after a 401 only a new one asks again.
    if (fresh) loading = undefined;
    loading ??= loadAuthenticator(exec !== undefined, name);
    const applied: { headers: Record<string, string>; cert?: RequestOptions['cert']; key?: RequestOptions['key'] } = {
      headers: {},
    };
    await (await loading).applyAuthentication(user, applied);
    const bearer = applied.headers.Authorization?.replace(/^Bearer /, '');
    return {
      ...(bearer ? { token: bearer } : {}),
      ...(typeof applied.cert === 'string' ? { cert: applied.cert } : {}),
      ...(typeof applied.key === 'string' ? { key: applied.key } : {}),
    };
  };
}

async function loadAuthenticator(exec: boolean, user: string) {
  if (exec) return new (await import('@kubernetes/client-node/dist/exec_auth.js')).ExecAuth();
  const authenticator = new (await import('@kubernetes/client-node/dist/oidc_auth.js')).OpenIDConnectAuth();
  if (!authenticator.isAuthProvider({ name: user, authProvider: { name: 'oidc' } })) {
    throw new TerminalError(`kubeconfig user ${user}: auth-provider is not supported, use exec`);
  }
  return authenticator;
}

/** Plugins of client.authentication.k8s.io/v1 expect this variable; client-node does not set it. */
function withExecInfo(exec: unknown, access: ClusterAccess): unknown {
  if (typeof exec !== 'object' || exec === null) throw new TerminalError(`kubeconfig user ${access.user.name}: exec`);
  const env = 'env' in exec && Array.isArray(exec.env) ? exec.env : [];
  const apiVersion = 'apiVersion' in exec ? exec.apiVersion : undefined;
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false, cluster: { server: access.server } } };
  return { ...exec, env: [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] };
}
