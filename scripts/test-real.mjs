// Builds, then runs the tests that need a real kube-apiserver. The last line is `N passed, N failed, N skipped`.
import { BUILD, runSuite } from './suite.mjs';

await runSuite(
  [BUILD, ['node', ['dist/test/real/build.js']]],
  ['--config', 'ava.real.config.js', ...process.argv.slice(2)],
);
