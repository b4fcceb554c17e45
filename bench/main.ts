import { parseArgs } from 'node:util';
import { type Benchmark, type BenchmarkOptions, machine } from './report.js';

// Each benchmark is loaded only when it runs, so that its imports do not count in another's memory.
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  schedule: async () => (await import('./schedule.js')).benchSchedule,
  apiserver: async () => (await import('./apiserver.js')).benchApiserver,
  start: async () => (await import('./start.js')).benchStart,
  'commit-to-applied': async () => (await import('./commit-to-applied.js')).benchCommitToApplied,
  measure: async () => (await import('./measure.js')).benchMeasure,
  memory: async () => (await import('./memory.js')).benchMemory,
  'fleet-memory': async () => (await import('./fleet-memory.js')).benchFleetMemory,
};

const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: { server: { type: 'string', default: 'both' } },
});
const unknown = wanted.find((name) => !(name in BENCHMARKS));
if (unknown) {
  console.error(`no benchmark "${unknown}"; known: ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exit(2);
}
const { server } = values;
if (server !== 'embedded' && server !== 'real' && server !== 'both') {
  console.error(`--server ${server}: use embedded, real or both`);
  process.exit(2);
}
const options: BenchmarkOptions = server === 'both' ? {} : { server };

const abort = new AbortController();
process.once('SIGINT', () => abort.abort());
console.log(machine());
for (const [name, load] of Object.entries(BENCHMARKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n${name}`);
  const rows = await (await load())(abort.signal, options);
  const width = Math.max(...rows.map((row) => row.name.length));
  for (const row of rows) console.log(`  ${row.name.padEnd(width)}  ${row.value}`);
}
process.exit(0);
