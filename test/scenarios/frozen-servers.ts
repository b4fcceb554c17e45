import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { ConfigMap } from '../../src/api/core.js';
import { type KubeObject, keyOf } from '../../src/api/meta.js';
import { ManifestWork } from '../../src/api/work.js';
import { jsonLogger } from '../../src/control/log.js';
import { until } from '../until.js';
import { followBanners } from './banners.js';
import { type Fleet, startFleet } from './fleet.js';
import { assertTaken } from './killed-servers.js';
import { answersWholly, losses } from './losses.js';
import { random } from './random.js';
import type { Part, Register, Servers } from './server.js';
import type { Patience } from './server-clients.js';

const CLUSTER = 'prod-eu';
const WEB = { namespace: 'web', name: 'web' };
/** How long a commit takes to its cluster and back, about: servers freeze within it. */
const WAY_MS = 600;
/** How soon everything goes on when the server does. */
const SOON_MS = 20_000;

/** Much shorter than usual, for a test sees calls given up and watches made anew. */
export const IMPATIENT: Patience = { callTimeoutMs: 2_000, watchIdleMs: 3_000 };

/** The calls the hub gave up: the server took them and said nothing. */
class GivenUp {
  #count = 0;
  readonly log = jsonLogger('debug', {
    write: (line) => {
      if (line.includes('Headers Timeout Error')) this.#count += 1;
    },
  });

  async several(): Promise<void> {
    const before = this.#count;
    await until('calls to be given up', () => this.#count >= before + 2);
  }
}

/** Follows from now on; tells whatever was wrongly said of the availability of works. */
async function falseAlarms(fleet: Fleet): Promise<() => Promise<readonly string[]>> {
  const alarms: string[] = [];
  await fleet.hub.observe((object) => {
    for (const { type, status, message } of conditionsOf(object)) {
      if (type === 'Available' && status !== 'True') alarms.push(`${keyOf(object)} is ${status}: ${message}`);
    }
  });
  return async () => {
    await fleet.observed();
    return alarms;
  };
}

const conditionsOf = (object: KubeObject) =>
  object.kind === ManifestWork.kind ? ((object as ManifestWork).status?.conditions ?? []) : [];

/** What the work with the banner says of being applied; undefined when it says nothing of what it now wants. */
async function applied(fleet: Fleet, banner: string): Promise<string | undefined> {
  const { items } = await (await fleet.admin()).list(ManifestWork, { namespace: CLUSTER });
  const work = items.find(({ spec }) => JSON.stringify(spec).includes(`"${banner}"`));
  const said = work && conditionsOf(work).find(({ type }) => type === 'Applied');
  return said?.observedGeneration === work?.metadata.generation ? said?.status : undefined;
}

interface Victim {
  readonly part: Part;
  readonly where: string;
}

/** A commit is on its way when the part freezes; another one is made meanwhile. */
async function freezeAndThaw(
  t: ExecutionContext,
  fleet: Fleet,
  { part, where }: Victim,
  givenUp: GivenUp,
  afterMs: number,
): Promise<readonly string[]> {
  const banner = `${where}-${part.name}`;
  const last = `${banner}-while-frozen`;
  const commit = (text: string): string => {
    const sha = fleet.commit('works/web.yaml', /banner: .*/, `banner: ${text}`);
    fleet.look();
    return sha;
  };
  const spoke = await fleet.admin(CLUSTER);
  commit(`${banner}-before`);
  await sleep(afterMs); // the moment is the input of this test
  await part.freeze();
  const sha = commit(last);
  if (where === 'hub') await givenUp.several();
  else
    t.is(await until('a word of the agent', () => applied(fleet, last)), 'False', `${last} cannot have been applied`);
  await answersWholly(t, fleet, `${part.name} of ${where} is frozen`);
  await part.thaw();
  await until(`the banner ${last}`, async () => (await spoke.get(ConfigMap, WEB))?.data?.banner === last, SOON_MS);
  await fleet.applied(sha);
  return [`${banner}-before`, last];
}

/** An agent goes by the last works it knew for as long as the hub says nothing. */
async function mendsDrift(fleet: Fleet): Promise<void> {
  const [hub] = fleet.hub.parts;
  const spoke = await fleet.admin(CLUSTER);
  await hub?.freeze();
  await spoke.delete(ConfigMap, WEB);
  await until('the deleted object to come back while the hub is frozen', () => spoke.get(ConfigMap, WEB), SOON_MS);
  await hub?.thaw();
}

/** A frozen server keeps its connections open and answers nothing, for longer than anybody waits for it. */
export function frozenServers(register: Register, servers: Servers): void {
  const title =
    'servers frozen for longer than calls wait lose, double and remove nothing, and all goes on when they thaw';
  register(title, async (t) => {
    const givenUp = new GivenUp();
    const fleet = await startFleet(t, servers, { clusters: [CLUSTER], log: givenUp.log });
    const seed = Date.now() % 1_000_000;
    t.log(`seed ${seed}`);
    const next = random(seed);
    const lost = await losses(fleet);
    const taken = await followBanners(fleet);
    const alarms = await falseAlarms(fleet);
    const on = (where: string, parts: readonly Part[] = []) => parts.map((part) => ({ part, where }));
    const banners: string[] = [];
    for (const victim of [...on('hub', fleet.hub.parts), ...on(CLUSTER, fleet.spokes.get(CLUSTER)?.parts)]) {
      banners.push(...(await freezeAndThaw(t, fleet, victim, givenUp, next() * WAY_MS)));
    }
    t.true(banners.length > 0, 'nothing was frozen');
    t.deepEqual(await lost(), []);
    t.deepEqual(await alarms(), []);
    assertTaken(t, await taken(), banners);
    await mendsDrift(fleet);
    await fleet.arrived();
    t.true(fleet.writes().length > 0, 'writes are seen');
    fleet.forgetRequests();
    await fleet.restart();
    await fleet.arrived();
    t.deepEqual(fleet.writes(), [], 'nothing was left to do');
  });
}
