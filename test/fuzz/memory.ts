import { mergePatch } from '../../src/apimachinery/patch/merge-patch.js';
import type { Answer } from '../conformance/wire.js';
import type { Step } from './step.js';

interface Seen {
  readonly object: Json;
  /** resourceVersions, the newest last. */
  readonly versions: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/** Stands for what no answer has told yet. */
const UNKNOWN = { uid: '00000000-0000-4000-8000-000000000000', version: '1', older: '1', name: 'unknown', state: '0' };

const PLACEHOLDER = /\{(uid|version|older|name|state|continue) ([^}]*)\}/g;

/** What one server has said of its objects: later requests are made from it. */
export class Memory {
  readonly #seen = new Map<string, Seen>();
  readonly #pages = new Map<string, string>();
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** The request as this server gets it. */
  fill(step: Step): Step {
    const { path, query, basedOn } = step;
    const body = basedOn === undefined ? step.body : mergePatch(this.#object(basedOn), step.body);
    return {
      ...step,
      path: this.#filled(path),
      ...(query && { query: mapped(query, (text) => this.#filled(text)) as Readonly<Record<string, string>> }),
      ...(body !== undefined && { body: mapped(body, (text) => this.#filled(text)) }),
      ...(step.raw !== undefined && { raw: this.#filled(step.raw) }),
    };
  }

  learn(step: Step, { body }: Answer): void {
    const { metadata } = body;
    if (metadata?.continue) this.#pages.set(step.path, metadata.continue);
    if (!metadata?.uid || !metadata.resourceVersion) return;
    const path = step.path.replace(/\/(status|scale)$/, '');
    const key = step.method === 'POST' ? `${path}/${metadata.generateName ?? metadata.name}` : path;
    const { versions = [] } = this.#seen.get(key) ?? {};
    const { resourceVersion } = metadata;
    const newer = versions.at(-1) === resourceVersion ? versions : [...versions, resourceVersion];
    // An answer of this shape was checked for its metadata above.
    this.#seen.set(key, { object: body as unknown as Json, versions: newer });
  }

  #object(path: string): Json {
    return this.#seen.get(this.#inNamespace(path))?.object ?? { metadata: {} };
  }

  #inNamespace = (text: string): string => text.replaceAll('{ns}', this.#namespace);

  #filled(text: string): string {
    return this.#inNamespace(text).replace(PLACEHOLDER, (_, what: string, path: string) => {
      if (what === 'continue') return this.#pages.get(path) ?? '';
      const seen = this.#seen.get(path);
      if (!seen) return UNKNOWN[what as keyof typeof UNKNOWN]; // the pattern allows no other
      if (what === 'version' || what === 'state') return seen.versions.at(-1) ?? '';
      if (what === 'older') return seen.versions.at(-2) ?? UNKNOWN.older;
      return String((seen.object.metadata as Json)[what]);
    });
  }
}

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapped(item, change)]));
}
