import { Argument, type Command, InvalidArgumentError, Option } from 'commander';

interface Flags {
  readonly kubeconfig?: string;
  readonly cluster?: string;
  readonly output: 'text' | 'json';
}

const placementName = (text: string): { namespace: string; name: string } => {
  const [namespace, name, ...rest] = text.replace(/^placement\//, '').split('/');
  if (!namespace || !name || rest.length > 0) throw new InvalidArgumentError('Give namespace/name, such as fleet/web.');
  return { namespace, name };
};

export const addExplainCommand = (root: Command): void => {
  root
    .command('explain')
    .description('why each cluster is or is not selected by a placement')
    .addArgument(new Argument('<namespace/placement>', 'the placement').argParser(placementName))
    .option('--cluster <name>', 'this cluster only')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .option(
      '--kubeconfig <file>',
      'the hub (default: $KUBECONFIG, else .placet/hub.kubeconfig if it exists, else ~/.kube/config)',
    )
    .addHelpText('after', '\nExample:\n  placet explain fleet/web --cluster edge-eu')
    .action(async (placement: { namespace: string; name: string }, flags: Flags) => {
      const { runExplain } = await import('../run-explain.js');
      await runExplain(placement, flags);
    });
};
