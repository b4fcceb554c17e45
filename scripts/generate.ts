// Writes what is generated: the CRDs below manifests from src/api, schemas of built-in kinds from client-node.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateBuiltinSchemas } from './builtin-schemas.js';
import { crdFiles } from './crd-files.js';

const files = crdFiles();
const crds = join('manifests', 'crds');
mkdirSync(crds, { recursive: true });
for (const name of readdirSync(crds)) if (!files.has(`crds/${name}`)) rmSync(join(crds, name));
for (const [name, text] of files) {
  mkdirSync(dirname(join('manifests', name)), { recursive: true });
  writeFileSync(join('manifests', name), text);
}
console.log(`${files.size} files below manifests`);
await generateBuiltinSchemas();
