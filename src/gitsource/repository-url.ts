import { isIPv6 } from 'node:net';
import { TerminalError } from '../control/errors.js';

/** A URL that passed the policy. `text` is rebuilt from the parsed parts, so that git cannot read it differently than we did. */
export interface RepositoryUrl {
  readonly text: string;
  readonly scheme: 'https' | 'ssh' | 'file';
  /** Lower case, without brackets; empty for `file`. */
  readonly host: string;
  /** Empty for `file`. */
  readonly port: string;
  /** The login of ssh; empty otherwise. */
  readonly user: string;
  readonly path: string;
}

const PRINTABLE = /^[\x21-\x7e]+$/;
const FORBIDDEN = /[\\"'`<>^{|}$;&*()[\]!]/;
const ENCODED_CONTROL = /%(0[0-9a-f]|1[0-9a-f]|7f|5c)/i;
const HOST = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const SCP = /^(?:([^@/:]+)@)([^@/:]+):(.+)$/;

const refuse = (why: string): never => {
  throw new TerminalError(`spec.url: ${why}`);
};

const checkHost = (host: string): string => {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (bare !== host ? !isIPv6(bare) : !HOST.test(bare) || bare.length > 253) refuse('the host name is not valid');
  return bare.toLowerCase();
};

const checkPath = (path: string): string => {
  if (path === '' || path === '/') refuse('the path of the repository is missing');
  const plain = decodeURIComponent(path);
  if (path.includes('//') || plain.split('/').some((part) => part === '..' || part === '.')) {
    refuse('the path must not contain "..", "." or an empty part');
  }
  return path;
};

const fromScp = (user: string, host: string, path: string): RepositoryUrl => {
  if (!USER.test(user)) refuse('the user name of ssh is not valid');
  if (path.startsWith('-') || path.startsWith(':')) refuse('the path must not start with "-" or ":"');
  const bare = checkHost(host.toLowerCase());
  checkPath(path);
  return { text: `${user}@${bare}:${path}`, scheme: 'ssh', host: bare, port: '22', user, path };
};

const fromHttps = (url: URL): RepositoryUrl => {
  if (url.username !== '' || url.password !== '') {
    refuse('must not contain a user name or password; put them into the Secret that spec.secretRef names');
  }
  const host = checkHost(url.hostname);
  const port = url.port || '443';
  const path = checkPath(url.pathname);
  return { text: `https://${url.host}${path}`, scheme: 'https', host, port, user: '', path };
};

const fromSsh = (url: URL): RepositoryUrl => {
  if (url.password !== '') {
    refuse('must not contain a password; put the key into the Secret that spec.secretRef names');
  }
  const user = url.username || 'git';
  if (!USER.test(user)) refuse('the user name of ssh is not valid');
  const host = checkHost(url.hostname.toLowerCase());
  const port = url.port || '22';
  const path = checkPath(url.pathname);
  const authority = isIPv6(host) ? `[${host}]` : host;
  return { text: `ssh://${user}@${authority}:${port}${path}`, scheme: 'ssh', host, port, user, path };
};

const fromFile = (url: URL, allowLocal: boolean): RepositoryUrl => {
  if (!allowLocal)
    refuse('file:// is refused; start the hub with --allow-local-git to read repositories of its own disk');
  if (url.host !== '') refuse('file:// must name no host');
  const path = checkPath(url.pathname);
  return { text: `file://${path}`, scheme: 'file', host: '', port: '', user: '', path };
};

/** Throws a `TerminalError` that never repeats the text, which may hold a password. */
export function parseRepositoryUrl(text: string, { allowLocal }: { readonly allowLocal: boolean }): RepositoryUrl {
  if (text.length > 2048) refuse('is longer than 2048 characters');
  if (!PRINTABLE.test(text)) refuse('must hold printable ASCII characters only, without spaces');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(text)?.[1];
  const scp = scheme === undefined ? SCP.exec(text) : null;
  if (scp) {
    if (FORBIDDEN.test(text) || ENCODED_CONTROL.test(text)) refuse('contains a character that is not allowed');
    return fromScp(scp[1] ?? '', scp[2] ?? '', scp[3] ?? '');
  }
  if (scheme !== 'https' && scheme !== 'ssh' && scheme !== 'file') {
    return refuse('must be https://…, ssh://… or user@host:path; other transports are refused');
  }
  if (FORBIDDEN.test(text.replace(/^(https|ssh):\/\/([^/]*@)?\[[0-9a-f:.]+\]/i, '')) || ENCODED_CONTROL.test(text)) {
    refuse('contains a character that is not allowed');
  }
  if (/[?#]/.test(text)) refuse('must not contain a query or a fragment');
  // The parser resolves ".." silently; a URL that changes by parsing was not what its author wrote.
  if (/\/\.{1,2}(\/|$)/.test(text.replace(/%2e/gi, '.')))
    refuse('the path must not contain "..", "." or an empty part');
  const url = parsed(text);
  return scheme === 'https' ? fromHttps(url) : scheme === 'ssh' ? fromSsh(url) : fromFile(url, allowLocal);
}

const parsed = (text: string): URL => {
  try {
    decodeURIComponent(text);
    return new URL(text);
  } catch {
    return refuse('is not a valid URL');
  }
};
