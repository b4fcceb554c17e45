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

/** One table of tables whose rows have the same names. */
export function sideBySide(tables: readonly (readonly Row[])[]): Row[] {
  const widths = tables.map((rows) => Math.max(...rows.map(({ value }) => value.length)));
  return (tables[0] ?? []).map(({ name }, row) => ({
    name,
    value: tables
      .map((rows, column) => (rows[row]?.value ?? '').padEnd(widths[column] ?? 0))
      .join('  |  ')
      .trimEnd(),
  }));
}

export function machine(): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return `${type()} ${process.arch}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${memory} GiB, Node ${process.version}`;
}

/** Percentile by the nearest-rank method. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN;
}

export const percentiles = (samples: readonly number[]): string => {
  const show = (p: number): string => percentile(samples, p).toFixed(samples.some((sample) => sample < 10) ? 1 : 0);
  return `n=${samples.length}  p50 ${show(50)}  p90 ${show(90)}  p99 ${show(99)}  max ${show(100)} ms`;
};

export const perSecond = (count: number, ms: number, what: string): string =>
  `${Math.round((count / ms) * 1_000).toLocaleString('en')} ${what}/s`;
