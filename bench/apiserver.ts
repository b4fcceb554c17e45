import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { ConfigMap } from '../src/api/core.js';
import type { KubeClient } from '../src/kube/client.js';
import { connect } from '../src/kube/connect.js';
import { apiserver, scratch, until } from './processes.js';
import { type Benchmark, percentiles, perSecond, type Row } from './report.js';

const OBJECTS = 10_000;
const WRITERS = 64;
const WATCHERS = 1_000;
const EVENTS = 20;

const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels: { bench: 'yes' } },
  data: { text: 'x'.repeat(1_000) },
});

/** The embedded server as its clients see it, in a process of its own. */
export const benchApiserver: Benchmark = async () => {
  const rows: Row[] = [];
  for (const [store, flags] of [
    ['memory', ['--in-memory']],
    ['LMDB', []],
  ] as const) {
    const folder = scratch();
    const server = await apiserver(
      folder.path,
      'server',
      flags.length > 0 ? flags : ['--data-dir', `${folder.path}/data`],
    );
    const client = await connect({ kubeconfig: server.kubeconfig, userAgent: 'placet-bench' });
    rows.push(await writes(client, store), await lists(client, store));
    if (store === 'memory') rows.push(await fanOut(client, server.kubeconfig));
    await client.close();
    await server.stop();
    folder.remove();
  }
  return rows;
};

async function writes(client: KubeClient, store: string): Promise<Row> {
  let next = 0;
  const started = performance.now();
  const write = async (): Promise<void> => {
    while (next < OBJECTS) {
      const name = `bench-${next}`;
      next += 1;
      await client.create(ConfigMap, configMap(name));
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  const took = performance.now() - started;
  return {
    name: `${store}: create ${OBJECTS} ConfigMaps of 1 KB, ${WRITERS} writers`,
    value: perSecond(OBJECTS, took, 'writes'),
  };
}

async function lists(client: KubeClient, store: string): Promise<Row> {
  const samples: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const started = performance.now();
    await client.request('GET', '/api/v1/namespaces/default/configmaps');
    samples.push(performance.now() - started);
  }
  return { name: `${store}: list ${OBJECTS} objects in one answer, parsed`, value: percentiles(samples) };
}

/** From the write until the last of 1,000 watchers has the event; client and server share this machine. */
async function fanOut(client: KubeClient, kubeconfig: string): Promise<Row> {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8')); // placet writes kubeconfigs as JSON
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  const decode = (text?: string): Buffer | undefined => (text ? Buffer.from(text, 'base64') : undefined);
  const user = users[0].user;
  const agent = new Agent({
    maxSockets: Number.POSITIVE_INFINITY,
    ca: decode(ca),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  });
  const url = `${server}/api/v1/namespaces/default/configmaps?watch=1&fieldSelector=metadata.name%3Dfan-out`;
  let received = 0;
  let open = 0;
  for (let index = 0; index < WATCHERS; index += 1) {
    const headers = user.token ? { authorization: `Bearer ${user.token}` } : {};
    request(url, { agent, headers }, (response) => {
      open += 1;
      response.on('data', (chunk: Buffer) => {
        received += chunk.toString().split('\n').length - 1;
      });
    }).end();
  }
  await until('every watcher to connect', () => open === WATCHERS);
  const samples: number[] = [];
  await client.create(ConfigMap, configMap('fan-out'));
  await until('the first event', () => received === WATCHERS, 60_000, 1);
  for (let event = 1; event <= EVENTS; event += 1) {
    const started = performance.now();
    await client.patch(
      ConfigMap,
      { namespace: 'default', name: 'fan-out' },
      { type: 'merge', body: { data: { text: `${event}` } } },
    );
    await until('the event at every watcher', () => received === WATCHERS * (event + 1), 60_000, 1);
    samples.push(performance.now() - started);
  }
  agent.destroy();
  return { name: `one write → ${WATCHERS} watchers have it`, value: percentiles(samples) };
}
