import { isJsonObject, type JsonObject, memberOf, setMember } from '../json.js';
import { PatchError } from './patch-error.js';

/** What a JSON pointer names in a document: a member of an object, or a position in a list. Throws PatchError when it cannot be. */
export interface Target {
  /** A member that is absent is null. */
  read(): unknown;
  insert(value: unknown): void;
  /** A member that is absent is inserted. */
  replace(value: unknown): void;
  remove(): void;
}

/** Not for the whole document, which has no holder. */
export function targetOf(document: unknown, pointer: string): Target {
  const names = pointer.split('/').slice(1).map(unescaped);
  const last = names.pop() ?? '';
  const holder = names.reduce((at: unknown, name) => within(at, name, pointer).read(), document);
  return within(holder, last, pointer);
}

const unescaped = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

function within(holder: unknown, name: string, pointer: string): Target {
  const nowhere = (why: string): PatchError => new PatchError('Inapplicable', `${pointer}: ${why}`);
  if (Array.isArray(holder)) return inList(holder, name, nowhere);
  if (isJsonObject(holder)) return inObject(holder, name, nowhere);
  throw nowhere('nothing to look into');
}

type Refuse = (why: string) => PatchError;

const inObject = (object: JsonObject, name: string, refuse: Refuse): Target => ({
  read: () => memberOf(object, name) ?? null,
  insert: (value) => setMember(object, name, value),
  replace: (value) => setMember(object, name, value),
  remove() {
    if (!Object.hasOwn(object, name)) throw refuse('no such member');
    delete object[name];
  },
});

/** Negative positions count from the end. */
function inList(list: unknown[], name: string, refuse: Refuse): Target {
  const position = (room: number): number => {
    if (!/^[+-]?\d+$/.test(name)) throw refuse('not a position');
    const at = Number(name) < 0 ? Number(name) + room : Number(name);
    if (at < 0 || at >= room) throw refuse('no such position');
    return at;
  };
  return {
    read: () => list[position(list.length)],
    insert: (value) => void list.splice(name === '-' ? list.length : position(list.length + 1), 0, value),
    replace(value) {
      list[position(list.length)] = value;
    },
    remove: () => void list.splice(position(list.length), 1),
  };
}
