import type { Command } from 'commander';

export const addCrdsCommand = (root: Command): void => {
  root
    .command('crds')
    .description('print the CustomResourceDefinitions (what manifests/crds holds)')
    .addHelpText('after', '\nExample:\n  placet crds | kubectl apply --server-side -f -')
    .action(async () => {
      const { crdManifests } = await import('../crd-manifests.js');
      process.stdout.write(crdManifests());
    });
};
