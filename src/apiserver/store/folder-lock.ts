import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Two servers on one folder would overwrite each other's changes. Returns the way to release the folder. */
export function lockFolder(dir: string): () => void {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'in-use-by');
  const mine = identityOf(process.pid);
  try {
    writeFileSync(path, mine, { flag: 'wx' });
  } catch (error) {
    if (!isExisting(error)) throw error;
    const owner = readFileSync(path, 'utf8');
    const pid = Number(owner.split(' ', 1)[0]);
    if (pid > 0 && isRunning(pid) && identityOf(pid) === owner) {
      throw new Error(`${dir} is in use by process ${pid}: stop that one or give another folder`);
    }
    writeFileSync(path, mine);
  }
  return () => rmSync(path, { force: true });
}

const isExisting = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

/** The start time tells a process from a later one with the same number; where it cannot be read, the number must do. */
function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing any more.
    return fields[0] === 'Z' ? '' : `${pid} ${fields[19]}`;
  } catch {
    // No /proc on this system, or the process is gone.
    return String(pid);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process runs too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
