import { apiserver, placet, scratch } from './processes.js';
import { type Benchmark, percentiles } from './report.js';

const ROUNDS = 5;

/** From starting the process until it serves, and until a whole fleet on this machine is applied. */
export const benchStart: Benchmark = async () => {
  const serving: number[] = [];
  const fleet: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = scratch();
    const started = performance.now();
    const server = await apiserver(folder.path, 'hub', ['--data-dir', `${folder.path}/data`]);
    serving.push(performance.now() - started);
    await server.stop();

    const begun = performance.now();
    const { child } = placet(['dev', '--once', '--data-dir', `${folder.path}/dev`]);
    await new Promise((done) => child.once('close', done));
    fleet.push(performance.now() - begun);
    folder.remove();
  }
  return [
    { name: 'placet apiserver, process start → serving (LMDB)', value: percentiles(serving) },
    { name: 'placet dev --once, process start → everything applied', value: percentiles(fleet) },
  ];
};
