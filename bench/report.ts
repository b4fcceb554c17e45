import { cpus, totalmem, type } from 'node:os';

/** One line of a benchmark's table. */
export interface Row {
  readonly name: string;
  readonly value: string;
}

export interface BenchmarkOptions {
  /** Which API server is measured; both when absent, as far as they are there. */
  readonly server?: 'embedded' | 'real';
}

export type Benchmark = (signal: AbortSignal, options: BenchmarkOptions) => Promise<readonly Row[]>;

/** A row and the titles it stands under: what is indented less. */
function pathsOf(rows: readonly Row[]): string[] {
  const titles: string[] = [];
  return rows.map(({ name }) => {
    const depth = name.search(/\S|$/);
    titles.length = depth;
    titles[depth] = name;
    return titles.filter(Boolean).join(' › ');
  });
}

/** One table of several: rows of the same name under the same titles stand beside each other, what a table lacks stays empty. */
export function sideBySide(tables: readonly (readonly Row[])[]): Row[] {
  const widths = tables.map((rows) => Math.max(...rows.map(({ value }) => value.length)));
  const columns = tables.map((rows) => {
    const paths = pathsOf(rows);
    return new Map(rows.map((row, index) => [paths[index] ?? '', row]));
  });
  return merged(columns.map((column) => [...column.keys()])).map((path) => ({
    name: columns.find((column) => column.has(path))?.get(path)?.name ?? '',
    value: columns
      .map((column, index) => (column.get(path)?.value ?? '').padEnd(widths[index] ?? 0))
      .join('  |  ')
      .trimEnd(),
  }));
}

/** Every entry of the lists once; what only a later list has stands where it stands there. */
function merged(lists: readonly (readonly string[])[]): string[] {
  const all: string[] = [];
  for (const list of lists) {
    let at = 0;
    for (const entry of list) {
      const found = all.indexOf(entry);
      if (found === -1) all.splice(at, 0, entry);
      at = (found === -1 ? at : found) + 1;
    }
  }
  return all;
}

export function machine(): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return `${type()} ${process.arch}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${memory} GiB, Node ${process.version}`;
}

/** Percentile by the nearest-rank method. */
function percentile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN;
}

export const percentiles = (samples: readonly number[]): string => {
  const show = (p: number): string => percentile(samples, p).toFixed(samples.some((sample) => sample < 10) ? 1 : 0);
  return `n=${samples.length}  p50 ${show(50)}  p90 ${show(90)}  p99 ${show(99)}  max ${show(100)} ms`;
};

export const perSecond = (count: number, ms: number, what: string): string =>
  `${Math.round((count / ms) * 1_000).toLocaleString('en')} ${what}/s`;
