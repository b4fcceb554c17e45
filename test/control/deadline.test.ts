import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { withDeadline } from '../../src/control/deadline.js';
import { until } from '../until.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void; // what the flag adds

test('a deadline comes, also when nobody but a combined signal knows it and garbage is collected meanwhile', async (t) => {
  const seen: unknown[] = [];
  const never = new AbortController();
  const act = (deadline: AbortSignal): Promise<unknown> => {
    const either = AbortSignal.any([never.signal, deadline]);
    either.addEventListener('abort', () => seen.push(either.reason));
    return until('the deadline', () => {
      collectGarbage();
      return seen.length > 0;
    });
  };
  await withDeadline(50, act);
  t.like(seen, [{ name: 'TimeoutError', message: 'not done within 50 ms' }]);
});

test('what is done before its deadline gives what it has', async (t) => {
  let signal: AbortSignal | undefined;
  const given = await withDeadline(3_600_000, async (deadline) => {
    signal = deadline;
    return 7;
  });
  t.is(given, 7);
  t.false(signal?.aborted);
  await t.throwsAsync(
    withDeadline(3_600_000, async () => {
      throw new Error('no');
    }),
    { message: 'no' },
  );
});
