import { Command, CommanderError } from 'commander';
import { redact } from '../control/redact.js';
import { addAgentCommand } from './commands/agent.js';
import { addApiserverCommand } from './commands/apiserver.js';
import { addCrdsCommand } from './commands/crds.js';
import { addDevCommand } from './commands/dev.js';
import { addExplainCommand } from './commands/explain.js';
import { addHubCommand } from './commands/hub.js';
import { addValidateCommand } from './commands/validate.js';
import { Refusal } from './refusal.js';

const SUCCESS = 0;
const FAILURE = 1;
const USAGE = 2;

function program(): Command {
  const root = new Command('placet')
    .description('Open Cluster Management placement and work delivery from Git, served to Argo CD.')
    .exitOverride() // before the subcommands, which copy it when they are created
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for the flags of a command)')
    .configureHelp({ showGlobalOptions: true });
  addDevCommand(root);
  addHubCommand(root);
  addAgentCommand(root);
  addApiserverCommand(root);
  addExplainCommand(root);
  addValidateCommand(root);
  addCrdsCommand(root);
  return root;
}

/** Exit code of a command line: 0 success, 1 failure, 2 usage. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: 'user' });
    return SUCCESS;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? SUCCESS : USAGE;
    if (!(error instanceof Refusal)) {
      process.stderr.write(`placet: ${redact(error instanceof Error ? error.message : String(error))}\n`);
      if (process.env.PLACET_DEBUG)
        process.stderr.write(`${error instanceof Error ? redact(error.stack ?? '') : ''}\n`);
    }
    return FAILURE;
  }
}
