import type { KubeObject } from '../../src/api/meta.js';
import type { Observer } from '../scenarios/server.js';

const PREFIX = '/registry/';
const END = '/registry0';
const MARK = 'placet-test/mark';
const RETRY_MS = 100;

interface KeyValue {
  readonly key: string;
  readonly value?: string;
  readonly create_revision?: string;
  readonly mod_revision?: string;
}

interface WatchEvent {
  readonly type?: 'DELETE';
  readonly kv: KeyValue;
  readonly prev_kv?: KeyValue;
}

interface WatchLine {
  readonly result?: { readonly header: { readonly revision: string }; readonly events?: readonly WatchEvent[] };
  readonly error?: unknown;
}

/** Every state a kube-apiserver stored, in order, whatever happens to the servers meanwhile. */
export class EtcdHistory {
  readonly #url: string;
  readonly #observers: Observer[] = [];
  readonly #abort = new AbortController();
  /** The revision the next watch begins at. */
  #next = 1;
  #ended: Promise<void> | undefined;
  #failure: unknown;

  constructor(url: string) {
    this.#url = url;
  }

  /** Told of what is stored from now on. */
  async observe(observer: Observer): Promise<void> {
    const isFirst = this.#observers.length === 0;
    if (isFirst) this.#next = (await this.#revision()) + 1;
    else await this.caughtUp();
    this.#observers.push(observer);
    if (isFirst) this.#ended = this.#follow();
  }

  /** Resolves when observers know everything stored before the call. */
  async caughtUp(): Promise<void> {
    if (this.#observers.length === 0) return;
    const { header } = await this.#call<{ header: { revision: string } }>('/v3/kv/put', {
      key: base64(PREFIX + MARK),
      value: base64('{}'),
    });
    while (this.#next <= Number(header.revision)) {
      if (this.#failure !== undefined) throw this.#failure;
      await wait();
    }
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  async #revision(): Promise<number> {
    const { header } = await this.#call<{ header: { revision: string } }>('/v3/kv/range', { key: base64(MARK) });
    return Number(header.revision);
  }

  async #call<T>(path: string, body: unknown): Promise<T> {
    const response = await fetch(this.#url + path, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd answered ${response.status} to ${path}: ${await response.text()}`);
    return (await response.json()) as T; // the caller knows etcd's API
  }

  async #follow(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        // `fetch` and its streams fail so when etcd was killed; what it stored is told when it is back.
        if (!(error instanceof TypeError)) {
          this.#failure = error;
          return;
        }
        await wait();
      }
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const create_request = {
      key: base64(PREFIX),
      range_end: base64(END),
      start_revision: String(this.#next),
      prev_kv: true,
    };
    const body = JSON.stringify({ create_request });
    const response = await fetch(`${this.#url}/v3/watch`, { method: 'POST', body, signal });
    if (!response.body) return;
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line) as WatchLine); // a watch is a line of JSON for each answer
    }
  }

  #take({ result, error }: WatchLine): void {
    if (error !== undefined) throw new Error(`etcd's watch failed: ${JSON.stringify(error)}`);
    for (const event of result?.events ?? []) {
      this.#tell(event);
      this.#next = Math.max(this.#next, Number(event.kv.mod_revision) + 1);
    }
  }

  #tell({ type, kv, prev_kv }: WatchEvent): void {
    const before = objectOf(prev_kv);
    const object = type === 'DELETE' ? before : objectOf(kv);
    if (!object) return;
    const what = type === 'DELETE' ? 'DELETED' : kv.create_revision === kv.mod_revision ? 'ADDED' : 'MODIFIED';
    for (const observer of this.#observers) observer(object, what, before);
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, RETRY_MS));

/** Undefined for the few things in etcd that are no objects. */
function objectOf(kv: KeyValue | undefined): KubeObject | undefined {
  if (!kv?.value) return undefined;
  const text = Buffer.from(kv.value, 'base64').toString('utf8');
  if (!text.startsWith('{')) return undefined;
  const object = JSON.parse(text) as Partial<KubeObject>;
  return object.kind && object.metadata ? (object as KubeObject) : undefined; // both were looked for
}
