// The compiler writes files nobody may execute, and npm links the command before there is one: `npx placet` needs the bit.
import { chmodSync, readFileSync } from 'node:fs';

const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));
for (const path of Object.values(bin)) chmodSync(path, 0o755);
