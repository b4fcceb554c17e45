import type { Command } from 'commander';
import { Refusal } from '../refusal.js';

export const addValidateCommand = (root: Command): void => {
  root
    .command('validate')
    .description('check YAML as a GitSource would; prints file:line:column of every problem')
    .argument('<path...>', 'files, or directories to search for *.yaml, *.yml and *.json')
    .addHelpText('after', '\nExample:\n  placet validate examples/fleet')
    .action(async (paths: string[]) => {
      const { validateFiles } = await import('../../gitsource/files.js');
      const { formatProblem } = await import('../../gitsource/problem.js');
      const { manifests, files, problems } = await validateFiles(paths);
      for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`);
      if (problems.length > 0) {
        process.stderr.write(`${problems.length} problem${problems.length === 1 ? '' : 's'} in ${files} files\n`);
        throw new Refusal();
      }
      process.stdout.write(`${manifests.length} objects in ${files} files are valid\n`);
    });
};
