import test from 'ava';
import { checkOut } from '../../src/gitsource/checkout.js';
import { formatProblem } from '../../src/gitsource/problem.js';
import { openRepository } from '../../src/gitsource/repository.js';
import { addLinks, HOSTILE, LARGE_FLEET, LINK_PROBLEMS, largeFleet } from '../fixtures/fleets.js';
import { gitOptions, type TemporaryRepository, temporaryRepository } from './temporary-repository.js';

const GLOBS = { include: ['**/*.yaml', '**/*.yml', '**/*.json'], exclude: [] };

const take = async (origin: TemporaryRepository, options: Parameters<typeof openRepository>[3]) => {
  const conversation = { timeoutMs: 60_000, signal: new AbortController().signal };
  const repository = await openRepository('team/fleet', origin.url, () => ({ kind: 'none' }), options);
  const revision = await repository.probe({ kind: 'branch', name: 'main' }, conversation);
  await repository.fetch(revision, conversation);
  return await checkOut(repository, revision, {
    ...conversation,
    globs: GLOBS,
    targetNamespace: 'team',
    memory: new Map(),
  });
};

test('a fleet of 200 files is read whole', async (t) => {
  const result = await take(temporaryRepository(t, largeFleet()), gitOptions(t));
  t.deepEqual(result.problems, []);
  t.is(result.files, LARGE_FLEET.files);
  t.is(result.manifests.length, LARGE_FLEET.objects);
  t.is(result.manifests.filter(({ type }) => type.kind === 'Placement').length, LARGE_FLEET.placements);
});

test('in a hostile fleet every problem is named with its place, and there are no others', async (t) => {
  const files = Object.fromEntries(Object.entries(HOSTILE).map(([path, [content]]) => [path, content]));
  const origin = temporaryRepository(t, {
    ...files,
    'good.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: good}\n',
  });
  addLinks(origin);
  origin.commit('links');
  const result = await take(origin, gitOptions(t));
  const lines = result.problems.map(formatProblem);
  const expected = [...Object.values(HOSTILE).map(([, message]) => message), ...LINK_PROBLEMS].filter(
    ({ source }) => source !== '^$',
  );
  for (const message of expected)
    t.true(
      lines.some((line) => message.test(line)),
      `${message}\n${lines.join('\n')}`,
    );
  t.deepEqual(
    lines.filter((line) => !expected.some((message) => message.test(line))),
    [],
  );
  t.deepEqual(result.manifests, []);
});
