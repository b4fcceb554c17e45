import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_MS = 5_000;
const WORTHWHILE_BYTES = 4 * 2 ** 20;
// What timers and heartbeats allocate between two looks; more means that something was done meanwhile.
const QUIET_BYTES = 2 ** 19;

/**
 * Collects garbage while nothing is to do, once enough of it may have gathered. V8 collects only as it allocates: what
 * a burst leaves behind would stay resident until the next burst. For small heaps, where a collection takes
 * milliseconds.
 */
export function collectWhenIdle(idle: () => boolean, signal: AbortSignal): void {
  setFlagsFromString('--expose-gc');
  // Contexts that exist already do not get the function of the flag; what is evaluated is its bare name.
  const collect = runInNewContext('gc') as () => void;
  let kept = 0;
  let seen = 0;
  const timer = setInterval(() => {
    const used = getHeapStatistics().used_heap_size;
    const isQuiet = idle() && Math.abs(used - seen) < QUIET_BYTES;
    seen = used;
    if (!isQuiet || used - kept < WORTHWHILE_BYTES) return;
    collect();
    kept = getHeapStatistics().used_heap_size;
    seen = kept;
  }, LOOK_MS);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
