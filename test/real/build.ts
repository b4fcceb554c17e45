// Finds or builds the servers before any test asks for them, so that no two test files build at a time.
import { findBinaries } from './binaries.js';

await findBinaries((line) => process.stdout.write(`${line}\n`));
