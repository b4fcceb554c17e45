/** Words the grammar of CEL keeps for itself. */
const RESERVED: ReadonlySet<string> = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

const ESCAPES: readonly (readonly [string, string])[] = [
  ['__', '__underscores__'],
  ['.', '__dot__'],
  ['-', '__dash__'],
  ['/', '__slash__'],
];

/** How an expression spells a property; undefined when it cannot. */
export function escapeName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  return name.replace(/__|[./-]/g, (found) => ESCAPES.find(([plain]) => plain === found)?.[1] ?? found);
}

export function unescapeName(text: string): string {
  const word = /^__([a-z]+)__$/.exec(text)?.[1];
  if (word && RESERVED.has(word)) return word;
  return text.replace(
    /__(underscores|dot|dash|slash)__/g,
    (found) => ESCAPES.find(([, spelled]) => spelled === found)?.[0] ?? found,
  );
}
