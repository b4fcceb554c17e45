// Compares the embedded API server with a kube-apiserver: npm run fuzz:api -- --seed 1 --steps 2000
import { main } from '../dist/test/fuzz/main.js';

process.exitCode = await main(process.argv.slice(2));
