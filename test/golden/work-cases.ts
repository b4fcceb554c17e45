import { readFileSync } from 'node:fs';
import type { TestFn } from 'ava';
import type { AgentOptions } from '../../src/agent/agent.js';
import { type GoldenServers, type HubOptions, type Known, knownOn } from './servers.js';
import { type Case, playCase, readCases } from './work-player.js';
import { type OpenStage, openStage } from './work-stage.js';

/**
 * Answers recorded from OCM's work agent and hub controllers, played against ours on a hub and a spoke.
 * `work-known.json` lists the cases that do not pass yet, with the reason. It may only shrink: a listed case that
 * passes fails the test.
 */
const FOLDER = 'test/golden';
const CASES = readCases(`${FOLDER}/work.jsonl.gz`);
const KNOWN = JSON.parse(readFileSync(`${FOLDER}/work-known.json`, 'utf8')) as Known; // our own file
const FILTER = new RegExp(process.env.GOLDEN ?? '');
const AT_A_TIME = 16;
/** kube-controller-manager tries again after up to a minute to delete a namespace whose kinds came and went meanwhile. */
const DEADLINE_MS = 180_000;
/** A case opens the stage, plays some steps with a deadline each, and cleans up: whatever takes this long hangs. */
const HANGS_MS = 900_000;
/** Of what is known to differ. */
const KNOWN_DEADLINE_MS = 8_000;

interface Group {
  readonly name: string;
  /** What is offered beside an agent, hub controllers, garbage collection and namespace deletion. */
  readonly with: readonly string[];
  /** No agent runs when absent. */
  readonly agent?: Partial<AgentOptions>;
  readonly hub?: HubOptions;
}

const OFFERS = ['agent', 'hub', 'kcm', '!admission', '!raw-json', '!grace-8s', '!no-eviction', '!raw-json-10'];
const GROUPS: readonly Group[] = [
  { name: 'default', with: [], agent: {} },
  {
    name: 'raw JSON, grace period of 8 s',
    with: ['raw-json', 'executor-cache', 'grace-8s'],
    agent: { rawJson: true, evictionGraceMs: 8_000 },
  },
  {
    name: 'raw JSON of 10 bytes, no eviction',
    with: ['raw-json', 'raw-json-10', 'no-eviction', 'watch-1'],
    agent: { rawJson: true, maxRawJsonLength: 10, evictionGraceMs: Number.POSITIVE_INFINITY },
  },
  {
    name: 'admission',
    with: ['admission'],
    hub: { validateWorks: { executorRequired: false } },
  },
  {
    name: 'admission of works without executor',
    with: ['admission-nil-executor'],
    hub: { validateWorks: { executorRequired: true } },
  },
];

function casesOf(group: Group): Case[] {
  const replaced = new Set(group.with.map((offer) => `!${offer}`));
  const offers = new Set([...OFFERS.filter((offer) => !replaced.has(offer)), ...group.with]);
  if (!group.agent) offers.delete('agent');
  return CASES.filter(
    ({ id, needs = [], ...rest }) =>
      FILTER.test(id) &&
      needs.every((need) => offers.has(need)) &&
      !rest['upstream-only'] &&
      (group.with.length === 0 || needs.some((need) => group.with.includes(need))),
  );
}

/** Runs at most so many at a time, in the order of asking; ava starts all tests of a file at once. */
function gate(places: number) {
  const waiting: (() => void)[] = [];
  let free = places;
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** A stage that opens with the first of its cases and closes with the last. */
class Theatre {
  readonly #open: () => Promise<OpenStage>;
  #stage: Promise<OpenStage> | undefined;
  #left: number;

  constructor(cases: number, open: () => Promise<OpenStage>) {
    this.#left = cases;
    this.#open = open;
  }

  async with<T>(play: (stage: OpenStage) => Promise<T>): Promise<T> {
    this.#stage ??= this.#open();
    try {
      return await play(await this.#stage);
    } finally {
      this.#left -= 1;
      if (this.#left === 0) await (await this.#stage).close();
    }
  }
}

/** Registers the recorded works, to be played on these servers. */
export function recordedWorks(test: TestFn, servers: GoldenServers): void {
  const through = gate(AT_A_TIME);
  const known = knownOn(KNOWN, servers.name);
  test.after.always(() => servers.close());

  for (const group of GROUPS) {
    const cases = casesOf(group);
    const lacking = group.with.map((need) => servers.lacks[need]).find((reason) => reason !== undefined);
    const theatre = new Theatre(cases.length, () => openStage(servers, group));
    for (const played of cases) {
      const what = `${servers.name}: ${played.id}: ${played.title} (${group.name})`;
      if (lacking) {
        test.skip(`${what} (${lacking})`, (t) => t.fail(lacking));
        continue;
      }
      const reason = known[played.id];
      const deadlineMs = reason === undefined ? DEADLINE_MS : KNOWN_DEADLINE_MS;
      const declare = reason === undefined ? test : test.failing;
      declare(reason === undefined ? what : `${what}: ${reason}`, async (t) => {
        const different = await through(() => {
          // Not while it waits for its turn, which on a busy machine takes as long as all the others.
          t.timeout(HANGS_MS);
          return theatre.with((stage) => playCase(played, stage, deadlineMs));
        });
        t.is(different, undefined);
      });
    }
  }

  test(`${servers.name}: every known case is recorded and says why it does not pass`, (t) => {
    const ids = new Set(CASES.map(({ id }) => id));
    for (const [id, why] of Object.entries(known)) {
      t.true(ids.has(id), `${id} is not recorded`);
      t.true(why.length > 10, `${id} gives no reason`);
    }
  });
}
