// Builds, lints, runs every test that needs no external server. The last line is `N passed, N failed, N skipped`.
import { runSuite } from './suite.mjs';

await runSuite(
  [
    ['tsc', ['-p', 'tsconfig.json']],
    ['biome', ['check', '--error-on-warnings', '.']],
  ],
  process.argv.slice(2),
);
