import type { ServerResponse } from 'node:http';
import type { Kind } from '../kind.js';
import type { Selection } from '../selection.js';
import type { StatusError } from '../status-error.js';
import { stamp } from '../store/item.js';
import type { Change, Item } from '../store/store.js';
import { fromStored } from '../versions.js';
import type { EventFormat, EventType } from './watch-event.js';
import type { Watcher } from './watch-hub.js';

interface StreamOptions {
  /** Keys of the watched collection begin with it. */
  readonly prefix: string;
  readonly kind: Kind;
  readonly selection: Selection;
  readonly format: EventFormat;
  readonly bookmarks: boolean;
  /** Up to which every change has been told to all streams. */
  readonly revision: () => number;
}

/** A client this far behind, in bytes, is cut off; it resumes from the last event it read. */
const MAX_BEHIND = 16 * 1024 * 1024;
/** How often a quiet client learns the revision it has reached. */
const BOOKMARK_EVERY_MS = 60_000;

/** An object that ceases to match is told as it was when it last did. */
const shownItem = (type: EventType, { type: happened, key, revision, item, before }: Change): Item =>
  type === 'DELETED' && happened !== 'DELETED' && before ? stamp(key, revision, before.object) : item;

/** One watching client. */
export class WatchStream implements Watcher {
  readonly #response: ServerResponse;
  readonly #options: StreamOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #cleanups: (() => void)[] = [];
  readonly ended: Promise<void>;
  #buffered: Buffer[] = [];
  /** Bytes of the beginning that wait to be sent: nobody has read them late. */
  #beginning = 0;
  #closed = false;
  #isFirst = true;

  constructor(response: ServerResponse, options: StreamOptions) {
    this.#response = response;
    this.#options = options;
    this.ended = new Promise((resolve) => {
      response.once('close', () => {
        this.#close();
        resolve();
      });
    });
  }

  open(): void {
    this.#response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
    this.#response.flushHeaders();
  }

  sendInitial(item: Item): void {
    if (this.#selects(item)) this.#tell('ADDED', item);
  }

  replay(change: Change): void {
    if (!change.key.startsWith(this.#options.prefix)) return;
    const type = this.#typeOf(change);
    if (type) this.#tell(type, shownItem(type, change));
  }

  /** To be called in the turn in which all the stream begins with was told: from here on the client must keep up. */
  begun(): void {
    this.#write();
    this.#beginning = this.#response.writableLength;
    this.#response.once('drain', () => {
      this.#beginning = 0;
    });
  }

  deliver(change: Change, lines: Map<string, Buffer>): void {
    if (!change.key.startsWith(this.#options.prefix)) return;
    const type = this.#typeOf(change);
    if (!type) return;
    const { format } = this.#options;
    const name = format.nameOf(type, this.#isFirst);
    let line = lines.get(name);
    if (!line) {
      line = format.line(type, shownItem(type, change), this.#isFirst);
      lines.set(name, line);
    }
    this.#isFirst = false;
    this.#send(line);
  }

  #tell(type: EventType, item: Item): void {
    this.#send(this.#options.format.line(type, item, this.#isFirst));
    this.#isFirst = false;
  }

  /** Tells a quiet client from time to time how far it has come, whatever else changes meanwhile. */
  keepCurrent(): void {
    if (!this.#options.bookmarks) return;
    this.#timers.push(setInterval(() => this.bookmark(this.#options.revision(), false), BOOKMARK_EVERY_MS).unref());
  }

  bookmark(revision: number, initialEventsEnd: boolean): void {
    this.#send(this.#options.format.bookmark(revision, initialEventsEnd, this.#isFirst));
    this.#isFirst = false;
  }

  fail(error: StatusError): void {
    this.#send(Buffer.from(`${JSON.stringify({ type: 'ERROR', object: error.toStatus() })}\n`));
    this.stop();
  }

  onEnd(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  endAfter(ms: number): void {
    const end = (): void => {
      if (this.#options.bookmarks) this.bookmark(this.#options.revision(), false);
      this.stop();
    };
    this.#timers.push(setTimeout(end, ms).unref());
  }

  stop(): void {
    if (this.#closed) return;
    this.#flush();
    this.#close();
    this.#response.end();
  }

  #close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const cleanup of this.#cleanups) cleanup();
    this.#buffered = [];
  }

  /** An object that begins or ceases to match the selectors is added or deleted for this client. */
  #typeOf({ type, item, before }: Change): EventType | undefined {
    if (this.#options.selection.everything) return type;
    const was = before !== undefined && this.#selects(before);
    const is = type !== 'DELETED' && this.#selects(item);
    if (is) return was ? 'MODIFIED' : 'ADDED';
    return was ? 'DELETED' : undefined;
  }

  #selects(item: Item): boolean {
    const { selection, kind } = this.#options;
    return selection.everything || selection.matches(fromStored(kind, item));
  }

  /** Events of one turn of the event loop become one write. */
  #send(line: Buffer): void {
    if (this.#closed) return;
    if (this.#buffered.length === 0) setImmediate(() => this.#flush());
    this.#buffered.push(line);
  }

  #flush(): void {
    this.#write();
    if (this.#closed || this.#response.writableLength <= this.#beginning + MAX_BEHIND) return;
    this.#close();
    this.#response.destroy();
  }

  #write(): void {
    const [first] = this.#buffered;
    if (this.#closed || !first) return;
    this.#response.write(this.#buffered.length === 1 ? first : Buffer.concat(this.#buffered));
    this.#buffered = [];
  }
}
