import type { Command } from 'commander';
import { addressOption, port } from '../arguments.js';
import type { ApiserverOptions } from '../run-apiserver.js';

export const addApiserverCommand = (root: Command): void => {
  root
    .command('apiserver')
    .description('the embedded Kubernetes-compatible API server alone')
    .option('--data-dir <dir>', 'keep objects, CA and keys here (default: .placet/apiserver)')
    .option('--in-memory', 'keep nothing; everything is gone when the process ends')
    .option('--port <port>', 'port on 127.0.0.1; 0 takes a free one', port, 0)
    .requiredOption('--kubeconfig <out>', 'write an administrator kubeconfig to this file once the server serves')
    .addOption(addressOption('--metrics-addr <host:port>', '/healthz, /readyz, /metrics', '127.0.0.1:0'))
    .option('--simulate-workloads', 'mark Deployments, Jobs and the like ready, as a kubelet would')
    .addHelpText(
      'after',
      '\nExample:\n  placet apiserver --in-memory --kubeconfig /tmp/k && kubectl --kubeconfig /tmp/k get ns',
    )
    .action(async (flags: ApiserverOptions) => {
      const { runApiserver } = await import('../run-apiserver.js');
      await runApiserver(flags);
    });
};
