import { type Declaration, declare, traversal } from './library.js';
import { CelError, Opaque, ValueList, ValueMap } from './value.js';

class Url extends Opaque {
  readonly celType = 'kubernetes.URL';
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(text: string, scheme: string, host: string, path: string, query: string) {
    super();
    this.text = text;
    this.scheme = scheme;
    this.host = host;
    this.path = path;
    this.query = query;
  }

  equals(other: Opaque): boolean {
    return other instanceof Url && other.text === this.text;
  }
}

/** Go's request URI: absolute, or a path from the root. Unlike a browser it keeps case and default ports. */
function parse(text: string): Url | undefined {
  const parts = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:[^/?@]*@)?([^/?]*))?([^?]*)(?:\?([\s\S]*))?$/.exec(text);
  if (!parts) return undefined;
  const [, scheme = '', host = '', path = '', query = ''] = parts;
  const isAbsolute = scheme !== '' || text.startsWith('/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  const isBroken = /[\x00-\x1f\x7f]/.test(text) || /%(?![0-9A-Fa-f]{2})/.test(host + path) || !isHost(host);
  return isAbsolute && !isBroken ? new Url(text, scheme.toLowerCase(), host, path, query) : undefined;
}

const isHost = (host: string): boolean => /^(\[[^\] ]*\]|[^[\]: ]*)(:\d*)?$/.test(host);

function url(text: string): Url {
  const parsed = parse(text);
  if (!parsed)
    throw new CelError(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
    );
  return parsed;
}

const hostname = ({ host }: Url): string => host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
const port = ({ host }: Url): string => /:(\d*)$/.exec(host.replace(/^\[.*\]/, ''))?.[1] ?? '';

const escapedPath = ({ path }: Url): string => encodeURI(path).replace(/%25(?=[0-9A-Fa-f]{2})/g, '%');

function query(parsed: Url): ValueMap {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(parsed.query)) values.set(name, [...(values.get(name) ?? []), value]);
  return new ValueMap([...values].map(([name, list]) => [name, new ValueList(list)]));
}

export const URLS: readonly Declaration[] = [
  declare('url(string): kubernetes.URL', url, traversal),
  declare('isURL(string): bool', (text: string) => parse(text) !== undefined),
  declare('(kubernetes.URL).getScheme(): string', ({ scheme }: Url) => scheme),
  declare('(kubernetes.URL).getHost(): string', ({ host }: Url) => host),
  declare('(kubernetes.URL).getHostname(): string', hostname),
  declare('(kubernetes.URL).getPort(): string', port),
  declare('(kubernetes.URL).getEscapedPath(): string', escapedPath),
  declare('(kubernetes.URL).getQuery(): map(string, list(string))', query),
];
