import { isDeepStrictEqual } from 'node:util';
import { ConfigMap, Event, Namespace, Secret } from '../../src/api/core.js';
import { GitSource, REVISION_ANNOTATION } from '../../src/api/gitsource.js';
import { type KubeObject, keyOf } from '../../src/api/meta.js';
import { ManifestWorkReplicaSet } from '../../src/api/replica-set.js';
import { ManifestWork } from '../../src/api/work.js';
import { jsonLogger } from '../../src/control/log.js';
import { GIT_KINDS } from '../../src/gitsource/catalog.js';
import { until } from '../until.js';
import { Fleet, startFleet } from './fleet.js';
import { GENERATOR_TOKEN } from './loops.js';
import { answersWholly, goesThrough, losses } from './losses.js';
import { SOURCE } from './manifests.js';
import type { Register, Servers } from './server.js';

interface FieldsEntry {
  readonly manager: string;
  readonly subresource?: string;
  readonly fieldsV1?: object;
}

/** Paths of the leaves of a field set. */
function leaves(fields: object, path = ''): string[] {
  const members = Object.entries(fields).filter(([name]) => name !== '.');
  if (members.length === 0) return [path];
  return members.flatMap(([name, inner]) => leaves(inner as object, `${path} ${name}`)); // members of field sets are field sets
}

/** Which of our managers ever owned a field. */
function ownersOverTime() {
  const owners = new Map<string, Set<string>>();
  return {
    observe: (object: KubeObject): void => {
      const { uid, managedFields = [] } = object.metadata;
      // The API server writes them.
      for (const { manager, fieldsV1 = {} } of managedFields as readonly FieldsEntry[]) {
        if (manager === 'test' || manager === 'test-admin' || manager === 'apiserver') continue;
        for (const path of leaves(fieldsV1)) {
          const field = `${object.kind} ${keyOf(object)} ${uid}${path}`;
          owners.set(field, (owners.get(field) ?? new Set()).add(manager));
        }
      }
    },
    managers: (): string[] => [...new Set([...owners.values()].flatMap((of) => [...of]))].sort(),
    shared: (): string[] =>
      [...owners].flatMap(([field, of]) => (of.size > 1 ? [`${field}: ${[...of].sort().join(' and ')}`] : [])),
  };
}

const differs = (before: KubeObject, after: KubeObject, member: 'spec' | 'status'): boolean =>
  !isDeepStrictEqual(new Map(Object.entries(before)).get(member), new Map(Object.entries(after)).get(member));

const SECRET_WORK = (canary: string): string => `apiVersion: work.open-cluster-management.io/v1
kind: ManifestWork
metadata: {name: hush, namespace: edge-eu}
spec:
  workload:
    manifests:
      - {apiVersion: v1, kind: Secret, metadata: {name: hush, namespace: default}, stringData: {password: ${canary}}}
      - {apiVersion: v1, kind: Secret, metadata: {name: hush, namespace: missing}, stringData: {password: ${canary}}}
`;

/** Invariants 1, 2, 7, 9 and 10. */
export function invariantsOfWrites(register: Register, servers: Servers): void {
  register(
    'Invariant 1: one writer per field, and invariant 2: spec and status never change in one write',
    async (t) => {
      const fleet = new Fleet(t, servers, { apart: true });
      const onHub = ownersOverTime();
      const both: string[] = [];
      await fleet.hub.observe((object, type, before) => {
        onHub.observe(object);
        if (type === 'MODIFIED' && before && differs(before, object, 'spec') && differs(before, object, 'status')) {
          both.push(`${object.kind} ${keyOf(object)}`);
        }
      });
      await fleet.install();
      await fleet.start();
      await fleet.arrived();
      const sha = fleet.commit('works/web.yaml', 'Welcome', 'Hello');
      await fleet.applied(sha);
      await fleet.observed();
      t.deepEqual(onHub.shared(), []);
      t.deepEqual(both, []);
      for (const manager of [
        'placet-source',
        'placet-placement',
        'placet-replicaset',
        'placet-clusterset',
        'work-agent',
      ]) {
        t.true(onHub.managers().includes(manager), `${manager} wrote nothing: ${onHub.managers().join()}`);
      }
    },
  );
  register('Invariant 7: a watch has no gaps: servers that stop and come back are followed on', async (t) => {
    const fleet = await startFleet(t, servers, { clusters: ['prod-eu'] });
    const lost = await losses(fleet);
    await fleet.hub.stop();
    await answersWholly(t, fleet, 'while the hub is down');
    await fleet.hub.start();
    await goesThrough(fleet, 'after-hub');

    const spoke = fleet.spokes.get('prod-eu');
    await spoke?.stop();
    await answersWholly(t, fleet, 'while a cluster is down');
    await spoke?.start();
    await goesThrough(fleet, 'after-spoke');

    // What happens between the return of a server and the return of its watchers is not missed either.
    await Promise.all([fleet.hub.stop(), spoke?.stop()]);
    await Promise.all([fleet.hub.start(), spoke?.start()]);
    const client = await fleet.admin('prod-eu');
    t.deepEqual(await lost(), []);
    await client.delete(ConfigMap, { namespace: 'web', name: 'web' });
    await until('the deleted object to come back', () => client.get(ConfigMap, { namespace: 'web', name: 'web' }));
    await goesThrough(fleet, 'after-both');
  });
  register('Invariant 9: everything applied names the commit it came from', async (t) => {
    const fleet = await startFleet(t, servers);
    const hub = await fleet.admin();
    const source = await hub.get(GitSource, SOURCE);
    const first = source?.status?.lastAppliedRevision;
    t.truthy(first);
    for (const { group, kind, namespace, name } of source?.status?.inventory ?? []) {
      const type = GIT_KINDS.find((one) => one.group === group && one.kind === kind);
      const object = type && (await hub.get(type, { namespace, name }));
      t.is(object?.metadata.annotations?.[REVISION_ANNOTATION], first, `${kind} ${name}`);
    }
    const revisions = async (): Promise<string[]> =>
      (await hub.list(ManifestWork)).items.map(
        ({ metadata }) => `${metadata.namespace} ${metadata.annotations?.[REVISION_ANNOTATION]}`,
      );
    t.deepEqual((await revisions()).sort(), [`edge-eu ${first}`, `prod-eu ${first}`]);

    const sha = fleet.commit('works/web.yaml', 'Welcome', 'Hello');
    await fleet.applied(sha);
    const second = (await hub.get(GitSource, SOURCE))?.status?.lastAppliedRevision;
    t.true(second?.endsWith(sha));
    const set = await hub.get(ManifestWorkReplicaSet, { namespace: 'fleet', name: 'web' });
    t.is(set?.metadata.annotations?.[REVISION_ANNOTATION], second);
    await until(
      'each work to name the commit of its content',
      async () => (await revisions()).sort().join() === `edge-eu ${first},prod-eu ${second}`,
    );

    // From an object on a cluster the way leads over its owner to the work, and so to the commit.
    const spoke = await fleet.admin('prod-eu');
    const applied = await spoke.get(ConfigMap, { namespace: 'web', name: 'web' });
    const [owner] = applied?.metadata.ownerReferences ?? [];
    const [work] = (await hub.list(ManifestWork, { namespace: 'prod-eu' })).items;
    t.true(owner?.name.endsWith(`-${work?.metadata.name}`));
  });
  register('Invariant 10: secrets never reach logs, events, conditions or error text', async (t) => {
    const canaries = {
      password: 'canary-password-7c1e',
      webhook: 'canary-webhook-3f9a',
      work: 'canary-in-a-work-0d42',
      generator: GENERATOR_TOKEN,
    };
    let log = '';
    const fleet = new Fleet(t, servers, {
      log: jsonLogger('debug', { write: (line) => (log += line) }),
      files: { 'works/hush.yaml': SECRET_WORK(canaries.work) },
    });
    await fleet.install();
    const hub = await fleet.admin();
    const secret = (name: string, data: Readonly<Record<string, string>>): Promise<unknown> =>
      hub.create(Secret, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: SOURCE.namespace },
        data: Object.fromEntries(
          Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
        ),
      } as Secret);
    await secret('git', { username: 'ada', password: canaries.password });
    await secret('hook', { token: canaries.webhook });
    await fleet.source({ webhook: { secretRef: { name: 'hook' } } });
    await fleet.source({ url: 'https://localhost:1/a.git', secretRef: { name: 'git' } }, 'unreachable');
    await fleet.start();
    const spoke = await fleet.admin('edge-eu');
    const hush = await until('the Secret of the work', () => spoke.get(Secret, { namespace: 'default', name: 'hush' }));
    t.is(Buffer.from(hush.data?.password ?? '', 'base64').toString(), canaries.work);
    await until('the refusal of the other Secret', async () =>
      (await hub.get(ManifestWork, { namespace: 'edge-eu', name: 'hush' }))?.status?.conditions?.some(
        ({ type, status }) => type === 'Applied' && status === 'False',
      ),
    );
    await until('the work of the set', async () => (await hub.list(ManifestWork, { namespace: 'prod-eu' })).items[0]);
    await until('the failure of the other source', async () => {
      const source = await hub.get(GitSource, { ...SOURCE, name: 'unreachable' });
      return source?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'False');
    });
    const [{ webhookUrl, generatorUrl } = {}] = fleet.running.replicas;
    const answers = await Promise.all([
      fetch(`${webhookUrl}/hooks/generic`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${canaries.webhook}`,
          'x-signature': canaries.webhook,
        },
        body: JSON.stringify({ url: fleet.repository.url, token: canaries.webhook }),
      }),
      fetch(`${generatorUrl}/api/v1/getparams.execute`, {
        method: 'POST',
        headers: { authorization: `Bearer ${GENERATOR_TOKEN}x`, 'content-type': 'application/json' },
        body: '{',
      }),
      fleet.ask({ placement: GENERATOR_TOKEN, namespace: 'fleet' }),
      fleet.ask({ placement: 'web', namespace: 'fleet' }),
    ]);
    t.deepEqual(
      answers.map(({ ok }) => ok),
      [false, false, false, true],
    );
    const works = (await hub.list(ManifestWork)).items.map(({ status }) => status);
    const seen = {
      log,
      answers: await Promise.all(answers.map((answer) => answer.text())),
      events: [await hub.list(Event), await spoke.list(Event)],
      status: [works, (await hub.list(GitSource)).items.map(({ status }) => status), await hub.list(Namespace)],
    };
    t.true(log.includes('"level":"debug"'));
    t.true(log.includes('unreachable'));
    for (const [where, text] of Object.entries(seen).map(([name, what]) => [name, JSON.stringify(what)] as const)) {
      for (const [name, canary] of Object.entries(canaries)) {
        t.false(text.includes(canary), `${name} in ${where}`);
        t.false(
          text.includes(Buffer.from(canary).toString('base64').replace(/=+$/, '')),
          `${name} in ${where} as base64`,
        );
      }
      t.notRegex(text, /PRIVATE KEY/, where);
    }
  });
}
