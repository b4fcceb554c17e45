import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { chosenServers } from './chosen-servers.js';
import { CpuMeter, childrenOf, type Usage } from './cpu.js';
import { MEASURED, type MeasuredServer, type MeasuredServers } from './measured-servers.js';
import { PLACET, placet, type Running, scratch } from './processes.js';
import { type Benchmark, type Row, sideBySide } from './report.js';

const MEASURE = resolve('../shared/measure');
const CLUSTER = 'cluster1';
/** Lines printed closer together than this belong to one phase. */
const ONE_PHASE_S = 0.05;

/** Who is metered: the API servers, our controller, the measuring program. */
type Role = 'servers' | 'controller' | 'client';

interface Phase {
  readonly lines: string[];
  readonly usage: Usage<Role>;
}

/** Latencies as a client of anyone's controllers sees them; the programs live outside the repository. */
export const benchMeasure: Benchmark = async (_, options) => {
  if (!existsSync(MEASURE)) return [{ name: 'skipped', value: `the measuring programs are not at ${MEASURE}` }];
  const { names, absent } = await chosenServers(options);
  const columns: (readonly Row[])[] = [];
  for (const name of names) {
    const one = MEASURED[name];
    columns.push([
      { name: '', value: one.name },
      ...(await agent(one)),
      ...(await placement(one)),
      ...(await bulk(one, 1, 100)),
      ...(await bulk(one, 100, 100)),
      ...(await bulk(one, 1_000, 1_000)),
    ]);
  }
  return [...sideBySide(columns), ...absent];
};

async function agent(servers: MeasuredServers): Promise<Row[]> {
  const folder = scratch();
  const hub = await servers.start(folder.path, 'hub');
  const spoke = await servers.start(folder.path, 'spoke');
  const running = placet([
    'agent',
    ...['--cluster-name', CLUSTER, '--hub-kubeconfig', hub.kubeconfig, '--spoke-kubeconfig', spoke.kubeconfig],
    ...['--metrics-addr', '127.0.0.1:0'],
  ]);
  const run = (...args: readonly string[]): Promise<Phase[]> =>
    measured('agent.mjs', [hub.kubeconfig, spoke.kubeconfig, CLUSTER, ...args], [hub, spoke], running);
  try {
    await running.ready();
    return [
      ...rows('agent, 60 works, 10/s', await run('60', '3', '10')),
      ...rows('agent, 500 works at once', await run('500', '0', '1000')),
    ];
  } finally {
    for (const process of [running, spoke, hub]) await process.stop();
    folder.remove();
  }
}

async function placement(servers: MeasuredServers): Promise<Row[]> {
  const folder = scratch();
  const hub = await servers.start(folder.path, 'hub');
  const controller = placet(controllerArgs(hub.kubeconfig));
  const run = (clusters: number, placements: number): Promise<Phase[]> =>
    measured('placement.mjs', [hub.kubeconfig, String(clusters), String(placements), '30'], [hub], controller);
  try {
    await controller.ready();
    return [
      ...rows('placement, 200 clusters × 50 placements', await run(200, 50)),
      ...rows('placement, 1,000 clusters × 300 placements', await run(1_000, 300)),
    ];
  } finally {
    await controller.stop();
    await hub.stop();
    folder.remove();
  }
}

async function bulk(servers: MeasuredServers, placements: number, clusters: number): Promise<Row[]> {
  const folder = scratch();
  const hub = await servers.start(folder.path, 'hub');
  try {
    const args = [hub.kubeconfig, String(placements), String(clusters)];
    const controller = [process.execPath, PLACET, ...controllerArgs(hub.kubeconfig)];
    const phases = await measured('bulk.mjs', [...args, '--', ...controller], [hub], undefined, folder.path);
    return rows(`bulk, ${placements} placements × ${clusters} clusters`, phases);
  } finally {
    await hub.stop();
    folder.remove();
  }
}

const controllerArgs = (kubeconfig: string): string[] => [
  'hub',
  ...['--kubeconfig', kubeconfig, '--controllers', 'placement', '--metrics-addr', '127.0.0.1:0'],
];

/** Runs a program; a controller that it starts itself begins the phase with its start. */
async function measured(
  script: string,
  args: readonly string[],
  servers: readonly MeasuredServer[],
  controller: Running | undefined,
  cwd?: string,
): Promise<Phase[]> {
  const program = spawn(process.execPath, [resolve(MEASURE, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(cwd && { cwd }),
  });
  const pid = program.pid ?? 0;
  let isStarted = controller !== undefined;
  const meter: CpuMeter<Role> = new CpuMeter<Role>({
    servers: () => servers.flatMap((server) => server.pids()),
    client: () => [pid],
    controller: () => {
      if (controller) return [controller.child.pid ?? 0];
      const started = childrenOf(pid).filter(isPlacet);
      if (started.length > 0 && !isStarted) {
        isStarted = true;
        meter.begin();
      }
      return started;
    },
  });
  const phases: Phase[] = [];
  program.stdout.on('data', (chunk: Buffer) => {
    const lines = String(chunk).trim().split('\n');
    const usage = meter.lap();
    const last = phases.at(-1);
    if (last && usage.seconds < ONE_PHASE_S) last.lines.push(...lines);
    else phases.push({ lines, usage });
  });
  const code = await new Promise((done) => program.once('close', done));
  meter.stop();
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return phases;
}

function isPlacet(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(PLACET);
  } catch {
    // It has ended.
    return false;
  }
}

const rows = (title: string, phases: readonly Phase[]): Row[] => [
  { name: title, value: '' },
  ...phases.flatMap(({ lines, usage }) => [...lines.map(resultOf), cpuOf(usage)]),
];

/** `what  n=… p50=…`, or one line of text. */
function resultOf(line: string): Row {
  const [, what = '', figures = line] = /^(.*?)\s+(n=.*)$/.exec(line) ?? [];
  return { name: `  ${what}`, value: figures.replace(/^P=\d+ C=\d+ /, '') };
}

function cpuOf({ seconds, cpuSeconds: { servers, controller, client } }: Usage<Role>): Row {
  const total = servers + controller + client;
  return {
    name: '    CPU seconds: API server / controller / in all',
    value: `${[servers, controller, total].map((used) => used.toFixed(2)).join(' / ')} of ${seconds.toFixed(1)} s, API server ${Math.round((100 * servers) / total)} %`,
  };
}
