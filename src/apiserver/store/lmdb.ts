import { type Database, open, type RootDatabase } from 'lmdb';
import { lockFolder } from './folder-lock.js';
import { restore, type StoredItem } from './item.js';
import { type Journal, MemoryStore, type StoreOptions } from './memory.js';
import type { Change, Store } from './store.js';

/** Key of the last revision; sorts before every object. */
const REVISION = '!revision';

function* stored(objects: Database<Buffer, string>): Generator<StoredItem> {
  for (const { key, value, version } of objects.getRange({ versions: true })) {
    // lmdb may reuse the memory of a value once the range moves on.
    if (key !== REVISION) yield restore(key, version ?? 0, Buffer.from(value));
  }
}

const journal = (root: RootDatabase, objects: Database<Buffer, string>, release: () => void): Journal => ({
  async append(changes: readonly Change[]) {
    await objects.transaction(() => {
      for (const { key, type, item, revision } of changes) {
        if (type === 'DELETED') objects.removeSync(key);
        else objects.putSync(key, item.bytes, { version: revision });
      }
      const last = changes.at(-1)?.revision ?? 0;
      objects.putSync(REVISION, Buffer.from(String(last)), { version: last });
    });
    await root.flushed;
  },
  close: async () => {
    await root.close();
    release();
  },
});

/** A store that keeps its objects in the folder `dir`; one process at a time. */
export function openLmdbStore(dir: string, options?: StoreOptions): Store {
  const release = lockFolder(dir);
  const root = open({ path: dir, maxDbs: 2 });
  const objects = root.openDB<Buffer, string>({ name: 'objects', encoding: 'binary', useVersions: true });
  const revision = Number(objects.get(REVISION)?.toString() ?? 0);
  return new MemoryStore(options, { revision, items: stored(objects) }, journal(root, objects, release));
}
