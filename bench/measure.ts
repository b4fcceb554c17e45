import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { apiserver, PLACET, placet, scratch } from './processes.js';
import type { Benchmark, Row } from './report.js';

const MEASURE = resolve('../shared/measure');
const CLUSTER = 'cluster1';

const run = async (script: string, args: readonly string[]): Promise<string[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, [resolve(MEASURE, script), ...args], {
    timeout: 600_000,
  });
  return stdout.trim().split('\n');
};

const rows = (script: string, args: string, lines: readonly string[]): Row[] =>
  lines.map((line) => ({ name: `${script} ${args}`, value: line }));

/** Latencies as a client of anyone's controllers sees them; the programs live outside the repository. */
export const benchMeasure: Benchmark = async () => {
  if (!existsSync(MEASURE)) return [{ name: 'skipped', value: `the measuring programs are not at ${MEASURE}` }];
  return [...(await agent()), ...(await placement()), ...(await bulk(100, 100)), ...(await bulk(1_000, 1_000))];
};

async function agent(): Promise<Row[]> {
  const folder = scratch();
  const hub = await apiserver(folder.path, 'hub');
  const spoke = await apiserver(folder.path, 'spoke');
  const running = placet([
    'agent',
    ...['--cluster-name', CLUSTER, '--hub-kubeconfig', hub.kubeconfig, '--spoke-kubeconfig', spoke.kubeconfig],
    ...['--metrics-addr', '127.0.0.1:0'],
  ]);
  try {
    const ten = await run('agent.mjs', [hub.kubeconfig, spoke.kubeconfig, CLUSTER, '60', '3', '10']);
    const burst = await run('agent.mjs', [hub.kubeconfig, spoke.kubeconfig, CLUSTER, '500', '0', '1000']);
    return [...rows('agent.mjs', '60 works, 10/s', ten), ...rows('agent.mjs', '500 works at once', burst)];
  } finally {
    for (const process of [running, spoke, hub]) await process.stop();
    folder.remove();
  }
}

async function placement(): Promise<Row[]> {
  const folder = scratch();
  const hub = await apiserver(folder.path, 'hub');
  const controller = placet(controllerArgs(hub.kubeconfig));
  try {
    const small = await run('placement.mjs', [hub.kubeconfig, '200', '50', '30']);
    const large = await run('placement.mjs', [hub.kubeconfig, '1000', '300', '30']);
    return [
      ...rows('placement.mjs', '200 clusters × 50 placements', small),
      ...rows('placement.mjs', '1000 clusters × 300 placements', large),
    ];
  } finally {
    await controller.stop();
    await hub.stop();
    folder.remove();
  }
}

async function bulk(placements: number, clusters: number): Promise<Row[]> {
  const folder = scratch();
  const hub = await apiserver(folder.path, 'hub');
  try {
    const args = [hub.kubeconfig, String(placements), String(clusters)];
    const lines = await run('bulk.mjs', [...args, '--', process.execPath, PLACET, ...controllerArgs(hub.kubeconfig)]);
    return rows('bulk.mjs', `${placements} placements × ${clusters} clusters`, lines);
  } finally {
    await hub.stop();
    folder.remove();
  }
}

const controllerArgs = (kubeconfig: string): string[] => [
  'hub',
  ...['--kubeconfig', kubeconfig, '--controllers', 'placement', '--metrics-addr', '127.0.0.1:0'],
];
