import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { TestFn } from 'ava';
import { Placement } from '../../src/api/placement.js';
import { PlacementDecision } from '../../src/api/placement-decision.js';
import { silentLogger } from '../../src/control/log.js';
import { type Caches, createCaches } from '../../src/kube/caches.js';
import { type Answer, ArgoNamespace, keepOddDecisions, type State } from './argocd-hub.js';
import type { GoldenServer, GoldenServers } from './servers.js';

interface Recorded extends State {
  readonly parameters: readonly object[] | null;
}

interface Case extends Recorded {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly pluginGenerators: unknown;
  /** The generator must refuse; null when it is never asked. */
  readonly http?: object | null;
  readonly answers?: readonly { readonly input: object; readonly parameters: readonly object[] }[];
  readonly before?: Recorded;
}

const CASES: readonly Case[] = gunzipSync(readFileSync('test/golden/argocd.jsonl.gz'))
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** What the recorded generator never held back. */
const UNGUARDED = { onEmpty: 'allow', onUnmatched: 'drop' };

/** `input.parameters` of the plugin stanza, however deep matrix and merge generators hold it. */
const inputOf = (node: unknown): object | undefined => {
  if (typeof node !== 'object' || node === null) return undefined;
  if ('plugin' in node) return (node as { plugin: { input: { parameters: object } } }).plugin.input.parameters; // Argo CD's format
  for (const member of Object.values(node)) {
    const found = inputOf(member);
    if (found) return found;
  }
  return undefined;
};

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort())
    : value;

/** Order aside and each cluster once, the two wanted differences. */
const comparable = (sets: readonly object[]): string[] =>
  [...new Set(sets.map((set) => JSON.stringify(set, sorted)))].sort();

const parametersOf = ({ status, parameters, message }: Answer): string[] =>
  parameters ? comparable(parameters) : [`${status}: ${message}`];

/** Registers the recorded ApplicationSets: each has a namespace of its own on one hub. */
export function recordedApplicationSets(test: TestFn, servers: GoldenServers): void {
  const stop = new AbortController();
  let hub: GoldenServer;
  let caches: Caches;

  test.before(`${servers.name}: a hub that keeps every decision`, async (t) => {
    hub = await servers.hub();
    await keepOddDecisions(hub.client);
    caches = createCaches(hub.client, silentLogger, stop.signal);
    caches.of(Placement);
    caches.of(PlacementDecision);
    await caches.whenSynced(stop.signal);
    t.pass();
  });

  test.after.always(async () => {
    stop.abort();
    await servers.close();
  });

  for (const recorded of CASES) {
    const { id, title, answers, before, parameters, http, tags } = recorded;
    if (http === null) continue;
    test(`${servers.name}: ${id} ${title}`, async (t) => {
      const input = inputOf(recorded.pluginGenerators) ?? {};
      const argo = new ArgoNamespace(hub.client, caches, `argocd-${id}`);
      await argo.open();
      t.teardown(() => argo.close());
      const ask = (asked: object) => argo.ask({ ...asked, ...UNGUARDED });
      if (before) {
        await argo.hold(before);
        t.deepEqual(parametersOf(await ask(input)), comparable(before.parameters ?? []));
      }
      await argo.hold(recorded);
      if (http) t.true((await ask(input)).status >= 400);
      else if (answers) {
        for (const answer of answers) {
          t.deepEqual(parametersOf(await ask(answer.input)), comparable(answer.parameters));
        }
      } else t.deepEqual(parametersOf(await ask(input)), comparable(parameters ?? []));
      if (tags.includes('empty') && parameters?.length === 0) {
        const { status, message } = await argo.ask(input);
        t.true(status >= 400);
        t.regex(message ?? '', /no cluster is selected/);
      }
    });
  }
}
