import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { type Controller, type ControllerOptions, startController } from '../../src/control/controller.js';
import { TerminalError } from '../../src/control/errors.js';
import { silentLogger } from '../../src/control/log.js';
import { again, done } from '../../src/control/outcome.js';

const start = (options: Partial<ControllerOptions> & Pick<ControllerOptions, 'reconcile'>) => {
  const abort = new AbortController();
  const controller = startController(
    { name: 'test', workers: 4, resyncMs: 3_600_000, log: silentLogger, backoff: { baseMs: 1, maxMs: 5 }, ...options },
    abort.signal,
  );
  return { controller, abort };
};

const untilIdle = async (controller: Controller): Promise<void> => {
  while (!controller.idle()) await sleep(1);
};

test('Invariant 6: a key never runs twice at a time, and a change during a run is not lost', async (t) => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const { controller, abort } = start({
    reconcile: async () => {
      running += 1;
      most = Math.max(most, running);
      runs += 1;
      if (runs === 1) controller.add('a');
      await sleep(2);
      running -= 1;
      return done;
    },
  });
  controller.add('a');
  controller.add('a');
  await untilIdle(controller);
  abort.abort();
  t.is(most, 1);
  t.is(runs, 2);
});

test('different keys run side by side up to the number of workers', async (t) => {
  let running = 0;
  let most = 0;
  const { controller, abort } = start({
    workers: 3,
    reconcile: async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(2);
      running -= 1;
      return done;
    },
  });
  for (const key of ['a', 'b', 'c', 'd', 'e']) controller.add(key);
  await untilIdle(controller);
  abort.abort();
  t.is(most, 3);
});

test('a thrown error is retried until it succeeds, a terminal one waits for an edit', async (t) => {
  const tries = new Map<string, number>();
  const { controller, abort } = start({
    reconcile: async (key) => {
      const count = (tries.get(key) ?? 0) + 1;
      tries.set(key, count);
      if (key === 'terminal') throw new TerminalError('spec.url: not a URL');
      if (count < 3) throw new Error('refused');
      return done;
    },
  });
  controller.add('flaky');
  controller.add('terminal');
  await untilIdle(controller);
  abort.abort();
  t.is(tries.get('flaky'), 3);
  t.is(tries.get('terminal'), 1);
});

test('of several delayed asks for a key the earliest wins, and it runs once', async (t) => {
  let runs = 0;
  const { controller, abort } = start({
    reconcile: async () => {
      runs += 1;
      return again(3_600_000, 'nothing to do');
    },
  });
  controller.add('a', 3_600_000);
  controller.add('a', 1);
  controller.add('a', 3_600_000);
  while (runs === 0) await sleep(1);
  await untilIdle(controller);
  abort.abort();
  t.is(runs, 1);
});

test('after abort nothing starts, and stopped waits for what runs', async (t) => {
  let finished = false;
  let runs = 0;
  const { controller, abort } = start({
    reconcile: async () => {
      runs += 1;
      await sleep(5);
      finished = true;
      return done;
    },
  });
  controller.add('a');
  while (runs === 0) await sleep(1);
  abort.abort();
  controller.add('b');
  await controller.stopped;
  t.true(finished);
  t.is(runs, 1);
});
