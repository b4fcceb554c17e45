// Writes what is generated: manifests/crds/<group>_<plural>.yaml from src/api, schemas of built-in kinds from client-node.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateBuiltinSchemas } from './builtin-schemas.js';
import { crdFiles } from './crd-files.js';

const folder = join('manifests', 'crds');
const files = crdFiles();
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (name.endsWith('.yaml') && !files.has(name)) rmSync(join(folder, name));
for (const [name, text] of files) writeFileSync(join(folder, name), text);
console.log(`${files.size} CRDs in ${folder}`);
await generateBuiltinSchemas();
