import { findBinaries } from '../test/real/binaries.js';
import type { BenchmarkOptions, Row } from './report.js';

export type ServerName = 'embedded' | 'real';

export interface Chosen {
  readonly names: readonly ServerName[];
  /** Says why a server is not measured. */
  readonly absent: readonly Row[];
}

/** The servers to measure; throws when the real one was asked for by name and cannot be had. */
export async function chosenServers({ server }: BenchmarkOptions): Promise<Chosen> {
  if (server === 'embedded') return { names: ['embedded'], absent: [] };
  try {
    await findBinaries((line) => console.error(line));
    return { names: server === 'real' ? ['real'] : ['embedded', 'real'], absent: [] };
  } catch (error) {
    if (server === 'real') throw error;
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { names: ['embedded'], absent: [{ name: 'kube-apiserver: not measured', value: reason }] };
  }
}
