import { isIPv6 } from 'node:net';
import type { CredentialFiles } from './credentials.js';
import type { RepositoryUrl } from './repository-url.js';

/** One conversation with a Git host: where, with which credentials, and at which checked addresses. */
export interface Remote {
  readonly url: RepositoryUrl;
  readonly files: CredentialFiles;
  /** Empty for `file`. */
  readonly addresses: readonly string[];
}

/** Passed with `-c`; holds nothing secret. */
export function gitConfig(remote: Remote | undefined): string[] {
  const transport = remote ? [`protocol.${remote.url.scheme}.allow=always`] : [];
  const pinned =
    remote?.url.scheme === 'https'
      ? [`http.curloptResolve=${remote.url.host}:${remote.url.port}:${remote.addresses.map(bracketed).join(',')}`]
      : [];
  const ca = remote?.files.ca ? [`http.sslCAInfo=${remote.files.ca}`] : [];
  return [
    'protocol.allow=never',
    ...transport,
    'core.symlinks=false',
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.bigFileThreshold=4m',
    'core.deltaBaseCacheLimit=32m',
    'pack.threads=1',
    'credential.helper=',
    'transfer.fsckObjects=true',
    'fetch.fsckObjects=true',
    'fetch.unpackLimit=1',
    'http.followRedirects=false',
    'http.sslVerify=true',
    'submodule.recurse=false',
    'gc.auto=0',
    'maintenance.auto=false',
    ...pinned,
    ...ca,
  ];
}

const bracketed = (address: string): string => (isIPv6(address) ? `[${address}]` : address);

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** git hands this line to a shell; every part of it is ours or was checked, and is quoted all the same. */
export function sshCommand({ url, files, addresses }: Remote): string {
  const options: Readonly<Record<string, string>> = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: files.knownHosts ?? '/dev/null',
    GlobalKnownHostsFile: '/dev/null',
    // The address is pinned, the host key still belongs to the name.
    HostKeyAlias: url.port === '22' ? url.host : `[${url.host}]:${url.port}`,
    ...(addresses[0] ? { HostName: addresses[0] } : {}),
    CheckHostIP: 'no',
    UpdateHostKeys: 'no',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    IdentityFile: files.identity ?? '/dev/null',
    PreferredAuthentications: 'publickey',
    ConnectTimeout: '15',
    ForwardAgent: 'no',
    ClearAllForwardings: 'yes',
    PermitLocalCommand: 'no',
    ProxyCommand: 'none',
    // Names the key the host presented, which an error has to show.
    LogLevel: 'DEBUG1',
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', quoted(`${name}=${value}`)]);
  return ['ssh', '-F', '/dev/null', ...words].join(' ');
}

/** The whole environment of the git process: nothing of ours is inherited. */
export function gitEnvironment(
  { path, home, gitDirectory }: { readonly path: string; readonly home: string; readonly gitDirectory: string },
  remote: Remote | undefined,
): Record<string, string> {
  const { scheme = 'none', text = '' } = remote?.url ?? {};
  const bearer: Record<string, string> = remote?.files.bearer
    ? {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: `http.${text}.extraHeader`,
        GIT_CONFIG_VALUE_0: `Authorization: Bearer ${remote.files.bearer}`,
      }
    : {};
  return {
    PATH: path,
    HOME: home,
    LANG: 'C',
    LC_ALL: 'C',
    GIT_DIR: gitDirectory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: scheme,
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ASKPASS: remote?.files.askpass ?? '/bin/false',
    ...(remote && scheme === 'ssh' ? { GIT_SSH_COMMAND: sshCommand(remote), GIT_SSH_VARIANT: 'ssh' } : {}),
    ...bearer,
  };
}
