import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { TerminalError } from '../control/errors.js';

/** The server and user one context of a kubeconfig names; file paths are absolute. */
export interface ClusterAccess {
  readonly server: string;
  readonly ca?: FileOrData;
  readonly insecure: boolean;
  readonly serverName?: string;
  readonly proxyUrl?: string;
  readonly user: UserAccess;
}

export interface UserAccess {
  readonly name: string;
  readonly certificate?: FileOrData;
  readonly key?: FileOrData;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly impersonate?: { readonly user: string; readonly groups: readonly string[] };
  /** Both as the kubeconfig holds them; client-node's authenticators read them. */
  readonly exec?: unknown;
  readonly authProvider?: unknown;
}

/** `data` is decoded already. */
export type FileOrData = { readonly file: string } | { readonly data: string };

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  // A mapping of a parsed document; every member is checked before use.
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const optional = <K extends string, V>(key: K, value: V | undefined): { [name in K]?: V } =>
  // A computed key widens to `string`.
  value === undefined ? {} : ({ [key]: value } as { [name in K]?: V });

export type YamlParser = (text: string) => Promise<unknown>;

/** Reads the current context of a kubeconfig file, in JSON or in YAML. */
export async function readKubeconfig(path: string, parseYaml: YamlParser = withClientNode): Promise<ClusterAccess> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new TerminalError(`kubeconfig ${path}: cannot be read`, { cause });
  });
  try {
    const isJson = content.trimStart().startsWith('{');
    const document: unknown = isJson ? JSON.parse(content) : await parseYaml(content);
    return parseKubeconfig(document, dirname(resolve(path)));
  } catch (cause) {
    throw new TerminalError(`kubeconfig ${path}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Costs 80 MB of memory, most of it for types nobody here needs. */
async function withClientNode(text: string): Promise<unknown> {
  const { loadYaml } = await import('@kubernetes/client-node');
  return loadYaml<unknown>(text);
}

/** Pure. Relative paths in the document count from `folder`. */
function parseKubeconfig(document: unknown, folder: string): ClusterAccess {
  const config = fields(document);
  const contextName = text(config['current-context']);
  if (!contextName) throw new Error('current-context is not set');
  const context = named(config, 'contexts', contextName, 'context');
  const clusterName = text(context.cluster);
  if (!clusterName) throw new Error(`context ${contextName} names no cluster`);
  const cluster = named(config, 'clusters', clusterName, 'cluster');
  const server = text(cluster.server);
  if (!server) throw new Error(`cluster ${clusterName} has no server`);
  const userName = text(context.user);
  return {
    server: server.replace(/\/+$/, ''),
    insecure: cluster['insecure-skip-tls-verify'] === true,
    ...optional('ca', fileOrData(cluster, 'certificate-authority', folder)),
    ...optional('serverName', text(cluster['tls-server-name'])),
    ...optional('proxyUrl', text(cluster['proxy-url'])),
    user: userName ? userAccess(userName, named(config, 'users', userName, 'user'), folder) : { name: '' },
  };
}

function userAccess(name: string, user: Fields, folder: string): UserAccess {
  const username = text(user.username);
  const as = text(user.as);
  const tokenFile = text(user.tokenFile);
  return {
    name,
    ...optional('certificate', fileOrData(user, 'client-certificate', folder)),
    ...optional('key', fileOrData(user, 'client-key', folder)),
    ...optional('token', text(user.token)),
    ...optional('tokenFile', tokenFile && absolute(tokenFile, folder)),
    ...optional('basic', username ? { username, password: text(user.password) ?? '' } : undefined),
    ...optional('impersonate', as ? { user: as, groups: strings(user['as-groups']) } : undefined),
    ...optional('exec', user.exec ?? undefined),
    ...optional('authProvider', user['auth-provider'] ?? undefined),
  };
}

function named(config: Fields, list: string, name: string, member: string): Fields {
  const entries = config[list];
  const entry = Array.isArray(entries) ? entries.map(fields).find((candidate) => candidate.name === name) : undefined;
  if (!entry) throw new Error(`${list} holds no entry named ${name}`);
  return fields(entry[member]);
}

function fileOrData(from: Fields, key: string, folder: string): FileOrData | undefined {
  const data = text(from[`${key}-data`]);
  if (data) return { data: Buffer.from(data, 'base64').toString('utf8') };
  const file = text(from[key]);
  return file ? { file: absolute(file, folder) } : undefined;
}

const absolute = (path: string, folder: string): string => (isAbsolute(path) ? path : resolve(folder, path));

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The access every pod has: its service account's token and CA, both rotated on disk by the kubelet. */
export const inClusterAccess = (server: string): ClusterAccess => ({
  server,
  insecure: false,
  ca: { file: `${SERVICE_ACCOUNT}/ca.crt` },
  user: { name: 'service-account', tokenFile: `${SERVICE_ACCOUNT}/token` },
});
