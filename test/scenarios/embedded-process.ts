// An embedded API server as a process, which writes down what it was asked and what it stored before it answers.
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CRDS } from '../../src/api/crd.js';
import { openPki } from '../../src/apiserver/pki.js';
import { startApiServer } from '../../src/apiserver/server.js';
import { openLmdbStore } from '../../src/apiserver/store/lmdb.js';
import { silentLogger } from '../../src/control/log.js';
import { type Line, seen, WATCHED } from './seen-lines.js';

const [, , folder = '', port = '', simulateWorkloads = ''] = process.argv;
const file = openSync(join(folder, 'seen.log'), 'a');
const write = (line: Line): void => {
  writeSync(file, `${JSON.stringify(line)}\n`);
};

const store = await openLmdbStore(join(folder, 'store'));
// What was stored just before a kill may not have been written down.
const items = WATCHED.flatMap((prefix) => store.list(prefix).items);
write({ all: Object.fromEntries(items.map(({ key, object }) => [key, object])) });
store.subscribe((changes) => {
  const watched = changes.filter(({ key }) => WATCHED.some((prefix) => key.startsWith(prefix)));
  for (const { key, type, item } of watched) write({ key, object: item.object, isDeleted: type === 'DELETED' });
});
const { url } = await startApiServer({
  store,
  pki: await openPki(join(folder, 'pki')),
  port: Number(port),
  crds: CRDS,
  simulateWorkloads: simulateWorkloads === 'true',
  log: silentLogger,
  audit: (attributes, decision) => {
    for (const request of seen(attributes, decision)) write({ request });
  },
});
process.stdout.write(`${url}\n`);
// The end of the tests is the end of this stream.
process.stdin.on('end', () => process.exit()).resume();
