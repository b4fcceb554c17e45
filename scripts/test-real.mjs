// Builds, then runs the tests that need a real kube-apiserver. The last line is `N passed, N failed, N skipped`.
import { runSuite } from './suite.mjs';

await runSuite([['tsc', ['-p', 'tsconfig.json']]], ['--config', 'ava.real.config.js', ...process.argv.slice(2)]);
