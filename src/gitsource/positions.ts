import { EVENT_ID, type Event, getScalarValue } from 'js-yaml';
import { type Position, START } from './problem.js';

/** Finds where in a text the nodes of a document stand. */
export class Positions {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #documents: readonly number[];

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
    this.#documents = events.flatMap(({ type }, at) => (type === EVENT_ID.DOCUMENT ? [at] : []));
  }

  /** The place of the field, or of its nearest existing parent when it is missing. `''` is the document itself. */
  of(document: number, field: string): Position {
    const root = (this.#documents[document] ?? 0) + 1;
    const offset = this.#find(root, '', field) ?? this.#offset(root);
    return offset === undefined ? START : positionAt(this.#text, offset);
  }

  #find(at: number, path: string, field: string): number | undefined {
    if (path === field) return this.#offset(at);
    const event = this.#events[at];
    if (event?.type === EVENT_ID.SEQUENCE) return this.#findItem(at + 1, path, field);
    if (event?.type === EVENT_ID.MAPPING) return this.#findMember(at + 1, path, field);
    return undefined;
  }

  #findItem(first: number, path: string, field: string): number | undefined {
    for (let at = first, index = 0; this.#open(at); at = this.#after(at), index += 1) {
      const child = `${path}[${index}]`;
      if (leadsTo(child, field)) return this.#find(at, child, field) ?? this.#offset(at);
    }
    return undefined;
  }

  #findMember(first: number, path: string, field: string): number | undefined {
    for (let at = first; this.#open(at); at = this.#after(this.#after(at))) {
      const key = this.#events[at];
      if (key?.type !== EVENT_ID.SCALAR) continue;
      const name = getScalarValue(this.#text, key);
      const child = path === '' ? name : `${path}.${name}`;
      if (child === field) return key.valueStart;
      if (!leadsTo(child, field)) continue;
      const found = this.#find(this.#after(at), child, field);
      return found ?? key.valueStart;
    }
    return undefined;
  }

  #open(at: number): boolean {
    return at < this.#events.length && this.#events[at]?.type !== EVENT_ID.POP;
  }

  /** The event after the whole node that starts at `at`. */
  #after(at: number): number {
    let depth = 0;
    for (let next = at; next < this.#events.length; next += 1) {
      const type = this.#events[next]?.type;
      if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth += 1;
      else if (type === EVENT_ID.POP) depth -= 1;
      if (depth <= 0) return next + 1;
    }
    return this.#events.length;
  }

  #offset(at: number): number | undefined {
    const event = this.#events[at];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return event.valueStart;
      case EVENT_ID.ALIAS:
        return event.anchorStart;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
        return event.start;
      default:
        return undefined;
    }
  }
}

/** Names may hold dots, so paths are compared as text: `metadata.labels.app.kubernetes.io/name`. */
const leadsTo = (parent: string, field: string): boolean =>
  field.startsWith(parent) && ['', '.', '['].includes(field.charAt(parent.length));

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
