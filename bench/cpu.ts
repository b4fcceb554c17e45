import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Of Linux, everywhere: what `getconf CLK_TCK` says. */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 25;

/** CPU seconds a process has used so far; undefined when it is gone. */
function cpuSeconds(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces: fields are counted from behind it. The first one there is the third of the line.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    // The process is gone.
    return [];
  }
}

/** Processes by what they are to the measurement; a pid may come late. */
export type Roles<Role extends string> = Readonly<Record<Role, () => readonly number[]>>;

export interface Usage<Role extends string> {
  readonly seconds: number;
  readonly cpuSeconds: Readonly<Record<Role, number>>;
}

/** Reads the CPU time of some processes all the time, because the last reading of one that ends is needed. */
export class CpuMeter<Role extends string> {
  readonly #roles: Roles<Role>;
  readonly #stop = new AbortController();
  readonly #latest = new Map<number, number>();
  readonly #known = new Map<string, Set<number>>();
  #begun = new Map<number, number>();
  #since = performance.now();

  constructor(roles: Roles<Role>) {
    this.#roles = roles;
    this.begin();
    void this.#sample();
  }

  /** The next lap starts now. */
  begin(): void {
    this.#read();
    this.#begun = new Map(this.#latest);
    this.#since = performance.now();
  }

  /** What was used since the last lap began. */
  lap(): Usage<Role> {
    this.#read();
    const used = (pid: number): number => (this.#latest.get(pid) ?? 0) - (this.#begun.get(pid) ?? 0);
    const entries = Object.entries<() => readonly number[]>(this.#roles).map(([role, pids]) => [
      role,
      [...this.#pidsEver(role, pids)].reduce((sum, pid) => sum + used(pid), 0),
    ]);
    const seconds = (performance.now() - this.#since) / 1_000;
    this.begin();
    return { seconds, cpuSeconds: Object.fromEntries(entries) as Record<Role, number> }; // the entries are those of the roles
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Gone ones too: what they used counts. */
  #pidsEver(role: string, pids: () => readonly number[]): ReadonlySet<number> {
    const known = this.#known.get(role) ?? new Set();
    this.#known.set(role, known);
    for (const pid of pids()) known.add(pid);
    return known;
  }

  #read(): void {
    for (const [role, pids] of Object.entries<() => readonly number[]>(this.#roles)) {
      for (const pid of this.#pidsEver(role, pids)) {
        const seconds = cpuSeconds(pid);
        if (seconds !== undefined) this.#latest.set(pid, seconds);
      }
    }
  }

  async #sample(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#read();
      await sleep(SAMPLE_MS);
    }
  }
}
