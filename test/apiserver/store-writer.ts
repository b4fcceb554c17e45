import { writeSync } from 'node:fs';
import { openLmdbStore } from '../../src/apiserver/store/lmdb.js';

const store = openLmdbStore(process.argv[2] ?? '');
let count = 0;

async function write(name: string): Promise<never> {
  for (
    let value = Number((store.get(`core/configmaps/ns/${name}`)?.object.data as { value?: string })?.value ?? 0) + 1;
    ;
    value += 1
  ) {
    const key = `core/configmaps/ns/${name}`;
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'ns' },
      data: { value: String(value) },
    };
    await store.commit({ key, expected: store.head(key)?.revision ?? 0, object });
    count += 1;
    writeSync(1, `${name} ${value}\ncount ${count}\n`);
  }
}

await Promise.all(['a', 'b', 'c', 'd'].map(write));
