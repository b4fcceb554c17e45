// Builds, lints, runs every test that needs no external server. The last line is `N passed, N failed, N skipped`.
import { BUILD, bin, runSuite } from './suite.mjs';

await runSuite([BUILD, [bin('biome'), ['check', '--error-on-warnings', '.']]], process.argv.slice(2));
