import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import test from 'ava';

const SRC = resolve('src');

/** Folder → what of ours and which packages it may import. cli may import everything, nothing may import cli. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  api: ['zod'],
  apimachinery: ['@marcbachmann/cel-js', 're2js'],
  control: ['pino'],
  scheduler: ['api', 'apimachinery'],
  kube: ['api', 'apimachinery', 'control', '@kubernetes/client-node', 'undici'],
  gitsource: ['api', 'apimachinery', 'control', 'simple-git', 'js-yaml', 'minimatch', 'express'],
  generator: ['api', 'control', 'express', 'zod'],
  apiserver: ['api', 'apimachinery', 'control', 'lmdb', '@peculiar/x509', 'reflect-metadata'],
  agent: ['api', 'apimachinery', 'control', 'kube'],
  reconciler: ['api', 'apimachinery', 'control', 'scheduler', 'kube', 'gitsource'],
};

const typescriptFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => resolve(folder, name));

/** `../../api/work.js` → `api`; `@scope/name/deep` → `@scope/name`. */
const owner = (file: string, specifier: string): string =>
  specifier.startsWith('.')
    ? (relative(SRC, resolve(dirname(file), specifier)).split(sep)[0] ?? '')
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:^(?:import|export|\}).*from |^import |\bimport\()'([^']+)'/gm)].flatMap(
    ([, from]) => (from ? [from] : []),
  );

for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${folder}/ imports only what design allows it`, (t) => {
    const wrong = typescriptFiles(`${SRC}/${folder}`).flatMap((file) =>
      importsOf(file)
        .map((specifier) => ({ specifier, to: owner(file, specifier) }))
        .filter(({ specifier, to }) => to !== folder && !specifier.startsWith('node:') && !allowed.includes(to))
        .map(({ specifier }) => `${relative(SRC, file)} imports ${specifier}`),
    );
    t.deepEqual(wrong, []);
  });
}

test('src holds the folders of the design and no others', (t) => {
  const folders = readdirSync(SRC, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  t.deepEqual(folders.sort(), [...Object.keys(MAY_IMPORT), 'cli'].sort());
});

test('there are no barrel files', (t) => {
  t.deepEqual(
    typescriptFiles(SRC).filter((file) => file.endsWith(`${sep}index.ts`)),
    [],
  );
});

test('the environment, the console and process exit belong to cli alone', (t) => {
  const wrong = typescriptFiles(SRC)
    .filter((file) => !file.startsWith(`${SRC}${sep}cli${sep}`))
    .filter((file) => /\bprocess\.(env|exit|argv)\b|\bconsole\./.test(readFileSync(file, 'utf8')))
    .map((file) => relative(SRC, file));
  t.deepEqual(wrong, []);
});
