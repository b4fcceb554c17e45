import type { Json } from '../conformance/wire.js';
import { withoutProgress } from './definition-answers.js';

/** An answer without what differs between any two servers, and between two runs of one. */
export interface Normal {
  readonly code: number;
  readonly warnings: readonly string[];
  readonly body: unknown;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** The beginning of a body is shown. */
const CUT_UUID = /(?<="uid":")[0-9a-f-]{1,35} \.\.\.\)/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;
const VERSION_IN_TEXT =
  /((?:ResourceVersion in [a-z ]+|current): |in (?:record|the precondition) \(|"resourceVersion":")(\d+)/gi;
/** The whole text, or in quotes or brackets: a patch put it where versions are not. */
const MOVED_VERSION = /(?<=^|["(])\d{3,}(?=$|\\?"|\))/g;
/** What kube-apiserver calls the type of `self`, each time anew. */
const SELF_TYPE = /\bselfType\d+(?:\.[\w@]+)*/g;
const SHOWN = /Invalid value: ("(?:[^"\\]|\\.)*")/g;
/** What the generator lets servers make names from. */
const GENERATED = /\bgen-\d*-[a-z0-9]{5}\b/g;
/** What servers choose of the ranges for addresses and node ports; clients ask for the first of them. */
const ADDRESS = /\b10\.96\.(?!0\.)\d{1,3}\.\d{1,3}\b/g;
const NODE_PORT = /(?<=^|:|nodePort":|NodePort":|value: )3[0-2]\d{3}\b(?<!3000\d)/g;
/** Times of this run; others were sent and must come back. */
const RECENT_MS = 2 * 3_600_000;

/** Gives what it meets numbers in the order of meeting, so that two servers' uids and versions compare. */
export class Normaliser {
  readonly #tokens = new Map<string, string>();
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  answer({ code, warnings, body }: Normal): Normal {
    return { code, warnings: warnings.map((text) => this.#text(text)), body: this.value(body) };
  }

  value(value: unknown, key = ''): unknown {
    if (typeof value === 'string') return this.#string(value, key);
    if (typeof value === 'number' && /nodePort$/i.test(key)) return this.#text(String(value));
    if (Array.isArray(value)) return this.#array(value, key);
    if (value === null || typeof value !== 'object') return value;
    const told = isList(value) ? withoutListVersion(value) : value;
    const entries = Object.entries(told).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, item]) => [this.#text(name), this.value(item, name)]));
  }

  #array(items: readonly unknown[], key: string): unknown {
    const normal = items.map((item) => this.value(item));
    // Entries written in one second and in two are ordered differently; so are the faults of a Go map.
    return key === 'managedFields'
      ? sorted(normal.filter((entry) => !isOfServer(entry)))
      : key === 'causes'
        ? withoutRepeated(sorted(normal))
        : normal;
  }

  #string(text: string, key: string): string {
    if (key === 'resourceVersion' && /^\d+$/.test(text)) return this.#token('version', text);
    if (key === 'continue' && text !== '') return '<continue>';
    if (key === 'message') return sortedProblems(appliedProblems(this.#text(this.#withShown(text))));
    return this.#text(text);
  }

  /** Objects that are shown in messages are JSON: with their members in another order they are the same. */
  #withShown(message: string): string {
    return message.replace(SHOWN, (whole, quoted: string) => {
      const shown = objectIn(quoted);
      return shown === undefined
        ? whole
        : `Invalid value: ${JSON.stringify(JSON.stringify(this.value(shownOf(shown))))}`;
    });
  }

  #text(text: string): string {
    return text
      .replaceAll(this.#namespace, '{ns}')
      .replace(SELF_TYPE, 'object')
      .replace(ADDRESS, (address) => this.#token('address', address))
      .replace(NODE_PORT, (port) => this.#token('port', port))
      .replace(CUT_UUID, '<cut> ...)')
      .replace(UUID, (uid) => this.#token('uid', uid, uid === text))
      .replace(VERSION_IN_TEXT, (_, before: string, version: string) => before + this.#token('version', version, false))
      .replace(GENERATED, (name) => this.#token('name', name, name === text))
      .replace(TIME, (time) => (Math.abs(Date.parse(time) - Date.now()) < RECENT_MS ? '<now>' : time))
      .replace(MOVED_VERSION, (version) => (this.#tokens.has(`version ${version}`) ? '<version>' : version));
  }

  /** Messages may name what other words leave out: nothing is learned from them. */
  #token(what: string, text: string, learns = true): string {
    const key = `${what} ${text}`;
    if (!learns && !this.#tokens.has(key)) return `<${what}>`;
    if (!this.#tokens.has(key)) this.#tokens.set(key, `<${what} ${this.#tokens.size}>`);
    return this.#tokens.get(key) ?? '';
  }
}

/** kube-apiserver writes the status of definitions in its own time. */
const isOfServer = (entry: unknown): boolean =>
  isObject(entry) && 'manager' in entry && entry.manager === 'kube-apiserver' && 'subresource' in entry;

const objectIn = (quoted: string): object | undefined => {
  try {
    const shown: unknown = JSON.parse(String(JSON.parse(quoted)));
    return typeof shown === 'object' && shown !== null ? shown : undefined;
  } catch {
    return undefined; // some other text
  }
};

/** Of a definition, what clients have made of it. */
const shownOf = (shown: object): object =>
  'kind' in shown && shown.kind === 'CustomResourceDefinition' && 'metadata' in shown && isObject(shown.metadata)
    ? withoutProgress(shown as unknown as Json, true) // with the members that are looked at
    : shown;

const isObject = (value: unknown): value is object => value !== null && typeof value === 'object';

const isList = (value: object): boolean => 'items' in value || 'rows' in value;

/** A list's version counts the writes of the whole server, or is that of a cache. */
function withoutListVersion(list: object): object {
  const metadata = 'metadata' in list ? list.metadata : undefined;
  return metadata !== null && typeof metadata === 'object'
    ? { ...list, metadata: { ...metadata, resourceVersion: '<list>' } }
    : list;
}

const sorted = (items: readonly unknown[]): readonly unknown[] =>
  items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** Kubernetes looks twice at what is updated. */
const withoutRepeated = (items: readonly unknown[]): readonly unknown[] =>
  items.filter((item, at) => at === 0 || JSON.stringify(item) !== JSON.stringify(items[at - 1]));

/** A field nobody knows ends the look at its Go map, which has no order. */
function appliedProblems(message: string): string {
  const [, before, list] = /^(failed to create typed patch object [^:]*: )errors:\n(.*)$/s.exec(message) ?? [];
  if (before === undefined || list === undefined) return message;
  const lines = list.split('\n').map((line) => line.trim());
  const unknown = lines.filter((line) => line.endsWith('field not declared in schema'));
  return `${before}${(unknown.length > 0 ? unknown : lines).sort().join('\n')}`;
}

function sortedProblems(message: string): string {
  const [, before, list, after] = /^(.* is invalid: \[|.*strict decoding error: )(.*?)(\]?)$/s.exec(message) ?? [];
  if (before === undefined || list === undefined) return message;
  return `${before}${list.split(', ').sort().join(', ')}${after}`;
}
