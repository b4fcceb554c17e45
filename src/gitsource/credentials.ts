import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keepSecret } from '../control/redact.js';
import { terminal } from './failure.js';
import type { RepositoryUrl } from './repository-url.js';

export type Credentials =
  | { readonly kind: 'none'; readonly ca?: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string; readonly ca?: string }
  | { readonly kind: 'bearer'; readonly token: string; readonly ca?: string }
  | { readonly kind: 'ssh'; readonly identity: string; readonly knownHosts: string };

/** Where the parts of a credential lie for one git process; all files 0600 in a directory 0700. */
export interface CredentialFiles {
  readonly askpass?: string;
  readonly ca?: string;
  readonly identity?: string;
  readonly knownHosts?: string;
  /** Sent only to the repository's own host. */
  readonly bearer?: string;
}

const decode = (data: Readonly<Record<string, string>>, key: string): string | undefined => {
  const value = data[key];
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
};

const oneLine = (value: string, key: string): string => {
  const line = value.replace(/\r?\n$/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f]/.test(line)) throw terminal('SecretInvalid', `spec.secretRef: ${key} must be one line of text`);
  return line;
};

/** Every form in which a value could be printed. */
const remember = (value: string): void => {
  keepSecret(value);
  keepSecret(encodeURIComponent(value));
  keepSecret(Buffer.from(value).toString('base64'));
};

const rememberKey = (pem: string): void => {
  keepSecret(pem);
  for (const line of pem.split('\n')) if (line.length > 20 && !line.startsWith('-----')) keepSecret(line.trim());
};

const forSsh = (data: Readonly<Record<string, string>>): Credentials => {
  const identity = decode(data, 'identity');
  const knownHosts = decode(data, 'known_hosts');
  if (!identity) throw terminal('SecretInvalid', 'spec.secretRef: ssh needs the key "identity" (a private key)');
  rememberKey(identity);
  if (!knownHosts?.trim()) {
    throw terminal(
      'SecretInvalid',
      'spec.secretRef: ssh needs the key "known_hosts"; write the output of ssh-keyscan into it after checking the fingerprints',
    );
  }
  return { kind: 'ssh', identity: identity.endsWith('\n') ? identity : `${identity}\n`, knownHosts };
};

/** From the `data` of a Secret (base64). Registers every secret value with the redactor before anything else can fail. */
export function credentialsFrom(
  data: Readonly<Record<string, string>> | undefined,
  scheme: RepositoryUrl['scheme'],
): Credentials {
  if (scheme === 'file') return { kind: 'none' };
  if (scheme === 'ssh') {
    if (!data) throw terminal('SecretInvalid', 'spec.secretRef: ssh needs a Secret with identity and known_hosts');
    return forSsh(data);
  }
  if (!data) return { kind: 'none' };
  const [password, token] = [decode(data, 'password'), decode(data, 'bearerToken')];
  if (password !== undefined) remember(password.trim());
  if (token !== undefined) remember(token.trim());
  const ca = decode(data, 'ca.crt');
  const trust = ca ? { ca } : {};
  if (token !== undefined && password !== undefined) {
    throw terminal('SecretInvalid', 'spec.secretRef: set either bearerToken or username and password, not both');
  }
  if (token !== undefined) return { kind: 'bearer', token: oneLine(token, 'bearerToken'), ...trust };
  if (password === undefined) {
    if (ca) return { kind: 'none', ca };
    throw terminal('SecretInvalid', 'spec.secretRef: https needs username and password, bearerToken, or ca.crt');
  }
  const username = oneLine(decode(data, 'username') ?? 'git', 'username');
  remember(`${username}:${password.trim()}`);
  return { kind: 'basic', username, password: oneLine(password, 'password'), ...trust };
}

// git calls it with the question as its argument; the answers lie beside it, so no secret is in argv or the environment.
const ASKPASS = `#!/bin/sh
case "$1" in
  [Uu]sername*) exec cat "\${0%/*}/username" ;;
  *) exec cat "\${0%/*}/password" ;;
esac
`;

const write = async (directory: string, name: string, content: string, mode = 0o600): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, content, { mode });
  await chmod(path, mode);
  return path;
};

const lay = async (directory: string, credentials: Credentials): Promise<CredentialFiles> => {
  if (credentials.kind === 'ssh') {
    return {
      identity: await write(directory, 'identity', credentials.identity),
      knownHosts: await write(directory, 'known_hosts', credentials.knownHosts),
    };
  }
  const ca = credentials.ca ? { ca: await write(directory, 'ca.crt', credentials.ca) } : {};
  if (credentials.kind === 'none') return ca;
  if (credentials.kind === 'bearer') return { ...ca, bearer: credentials.token };
  await write(directory, 'username', `${credentials.username}\n`);
  await write(directory, 'password', `${credentials.password}\n`);
  return { ...ca, askpass: await write(directory, 'askpass', ASKPASS, 0o700) };
};

/** Runs `use` with the credentials as private files, which are gone afterwards whatever happens. */
export async function withCredentialFiles<T>(
  parent: string,
  credentials: Credentials,
  use: (files: CredentialFiles) => Promise<T>,
): Promise<T> {
  if (credentials.kind === 'none' && !credentials.ca) return await use({});
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const directory = await mkdtemp(join(parent, 'c-'));
  try {
    return await use(await lay(directory, credentials));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
