import type { KubeObject } from '../api/meta.js';

/**
 * Tells the echo of our own writes from news. The watch often brings an object before the answer to the write does, so
 * what arrives while a key is being worked on is judged when that is over.
 */
export class OwnWrites {
  readonly #running = new Map<string, { readonly wrote: Set<string>; readonly saw: Set<string> }>();

  begin(key: string): void {
    this.#running.set(key, { wrote: new Set(), saw: new Set() });
  }

  wrote(key: string, object: KubeObject, gone = false): void {
    this.#running.get(key)?.wrote.add(nameOf(object, gone));
  }

  /** False when nobody works on the key: then the caller has to judge now. */
  defer(key: string, object: KubeObject, gone: boolean): boolean {
    const run = this.#running.get(key);
    run?.saw.add(nameOf(object, gone));
    return run !== undefined;
  }

  /** True when something arrived meanwhile that was not written here. */
  end(key: string): boolean {
    const { wrote, saw } = this.#running.get(key) ?? { wrote: new Set(), saw: new Set() };
    this.#running.delete(key);
    return [...saw].some((version) => !wrote.has(version));
  }
}

const nameOf = ({ metadata }: KubeObject, gone: boolean): string =>
  `${metadata.uid}:${gone ? 'gone' : metadata.resourceVersion}`;
