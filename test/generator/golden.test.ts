import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import type { Secret } from '../../src/api/core.js';
import type { PlacementDecision } from '../../src/api/placement-decision.js';
import { parametersFor } from '../../src/generator/params.js';
import { parseQuestion } from '../../src/generator/question.js';
import { takeSnapshot } from '../../src/generator/snapshot.js';

interface State {
  readonly decisions: readonly PlacementDecision[];
  readonly clusterSecrets: readonly Secret[];
  readonly parameters: readonly object[] | null;
}

interface Case extends State {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly pluginGenerators: unknown;
  readonly http?: unknown;
  readonly answers?: readonly { readonly input: object; readonly parameters: readonly object[] }[];
  readonly before?: State;
}

const cases: readonly Case[] = gunzipSync(readFileSync('test/golden/argocd.jsonl.gz'))
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** `input.parameters` of the plugin stanza, however deep matrix and merge generators hold it. */
const inputOf = (node: unknown): object | undefined => {
  if (typeof node !== 'object' || node === null) return undefined;
  if ('plugin' in node) return (node as { plugin: { input: { parameters: object } } }).plugin.input.parameters;
  for (const member of Object.values(node)) {
    const found = inputOf(member);
    if (found) return found;
  }
  return undefined;
};

const ask = (state: State, input: object, guards: object = { onEmpty: 'allow', onUnmatched: 'drop' }) => {
  const snapshot = takeSnapshot(
    { placements: [], decisions: state.decisions, secrets: state.clusterSecrets },
    undefined,
    'argocd',
    0,
  );
  const body = { applicationSetName: 'web', input: { parameters: { ...input, ...guards } } };
  return parametersFor(parseQuestion(body, 'argocd'), snapshot, 0);
};

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort())
    : value;

/** Order aside and each cluster once, the two wanted differences. */
const comparable = (sets: readonly object[]): string[] =>
  [...new Set(sets.map((set) => JSON.stringify(set, sorted)))].sort();

for (const golden of cases) {
  const { id, title, answers, before, parameters, http } = golden;
  if (http === null) continue;
  test(`${id} ${title}`, (t) => {
    const input = inputOf(golden.pluginGenerators) ?? t.fail('no plugin stanza');
    if (typeof input !== 'object') return;
    if (before) t.deepEqual(comparable(ask(before, input)), comparable(before.parameters ?? []));
    if (http) t.throws(() => ask(golden, input), { name: 'Refusal' });
    else if (answers) {
      for (const answer of answers) t.deepEqual(comparable(ask(golden, answer.input)), comparable(answer.parameters));
    } else t.deepEqual(comparable(ask(golden, input)), comparable(parameters ?? []));
    if (golden.tags.includes('empty') && parameters?.length === 0) {
      t.throws(() => ask(golden, input, {}), { message: /no cluster is selected/ });
    }
  });
}
