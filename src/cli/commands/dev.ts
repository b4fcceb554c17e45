import type { Command } from 'commander';
import { count, duration, optionWithDefault } from '../arguments.js';
import type { DevOptions } from '../dev/dev.js';

export const addDevCommand = (root: Command): void => {
  root
    .command('dev')
    .description('hub, simulated clusters, agents and a Git repository on this machine')
    .option('--data-dir <dir>', 'where everything is kept', '.placet')
    .option('--clusters <n>', 'how many clusters to simulate', count, 3)
    .option('--once', 'exit 0 as soon as every work is Applied and Available, 1 when the timeout passes first')
    .addOption(optionWithDefault('--timeout <duration>', 'how long to wait for that', duration, '120s'))
    .addHelpText(
      'after',
      '\nExample:\n  placet dev                # stays up until Ctrl-C\n  placet dev --once         # for scripts',
    )
    .action(async (flags: DevOptions) => {
      const { runDev } = await import('../dev/dev.js');
      await runDev(flags);
    });
};
