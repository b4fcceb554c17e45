#!/usr/bin/env node
import { run } from './program.js';

const code = await run(process.argv.slice(2));
// A pipe takes what was printed in pieces; leaving before it has all of it would cut `placet crds | kubectl apply` short.
process.stdout.write('', () => process.exit(code));
