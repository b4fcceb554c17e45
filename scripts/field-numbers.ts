// Writes src/apiserver/builtin/model/field-numbers.generated.ts: which number each field of a built-in kind has in Kubernetes'
// protobuf encoding. Needs the folder of the Go module cache: node dist/scripts/field-numbers.js "$(go env GOMODCACHE)/k8s.io" v0.33.4
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DECLARATIONS } from '../src/apiserver/builtin/declarations.js';
import { fieldsOf } from '../src/apiserver/builtin/model/schema.js';

interface GoField {
  readonly type: string;
  readonly json: string;
  readonly inline: boolean;
  readonly number: number;
  /** What becomes of its zero value, see ZERO_MARKS. */
  readonly mark: string;
}

/**
 * After a number: of nothing the zero value is left out, a pointer keeps it, a value without omitempty and a struct are always
 * told, and so is a pointer without omitempty, as null.
 */
const ZERO_MARKS = { left: '', kept: '!', told: '+', nulled: '?' } as const;

const markOf = (type: string, json: string): string => {
  const isOmitted = json.includes('omitempty');
  if (type.startsWith('*')) return isOmitted ? ZERO_MARKS.kept : ZERO_MARKS.nulled;
  return isOmitted ? ZERO_MARKS.left : ZERO_MARKS.told;
};

/** Go leaves out no struct for being empty: quantities and the like are told by their zero, times as null. */
function markAs(code: string, mark: string): string {
  if (mark === ZERO_MARKS.kept) return mark;
  if (code === 't' || code === 'm' || (code === 'y' && mark === ZERO_MARKS.told)) return ZERO_MARKS.nulled;
  return /^[A-Zxq]/.test(code) && mark === ZERO_MARKS.left ? ZERO_MARKS.told : mark;
}

interface GoPackage {
  readonly structs: ReadonlyMap<string, readonly GoField[]>;
  readonly imports: ReadonlyMap<string, string>;
}

const [modules = '', version = ''] = process.argv.slice(2);
const packages = new Map<string, GoPackage>();

const folderOf = (path: string): string => {
  const [, module = '', ...rest] = path.split('/');
  return join(modules, `${module}@${version}`, ...rest);
};

function readPackage(path: string): GoPackage {
  const known = packages.get(path);
  if (known) return known;
  const folder = folderOf(path);
  const files = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^[a-z_]*(types|meta|controller_ref)[a-z_]*\.go$/.test(name))
    : [];
  const text = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  const imports = new Map(
    [...text.matchAll(/^\s*(\w+)?\s*"(k8s\.io\/[^"]+)"$/gm)].map(([, alias, at = '']) => [
      alias ?? at.split('/').at(-1) ?? '',
      at,
    ]),
  );
  const structs = new Map(
    [...text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => [
      name,
      fieldsIn(body),
    ]),
  );
  const found = { structs, imports };
  packages.set(path, found);
  return found;
}

const fieldsIn = (body: string): readonly GoField[] =>
  [...body.matchAll(/^\t(?:\w+\s+)?([\w.*[\]]+)\s+`([^`]*)`/gm)].flatMap(([, type = '', tags = '']) => {
    const [, json = ''] = /json:"([^"]*)"/.exec(tags) ?? [];
    const [, number] = /protobuf:"\w+,(\d+),/.exec(tags) ?? [];
    const name = json.split(',')[0] ?? '';
    if (number === undefined) return [];
    return [
      {
        type,
        json: name,
        inline: name === '',
        number: Number(number),
        mark: markOf(type, json),
      },
    ];
  });

const lines = new Map<string, string>();

function walk(model: string, path: string, struct: string): void {
  if (lines.has(model)) return;
  lines.set(model, '');
  const entries = numbersIn(model, path, struct, '');
  lines.set(model, `${model} ${entries.join(' ')}`);
}

function numbersIn(model: string, path: string, struct: string, prefix: string): string[] {
  const { structs } = readPackage(path);
  const fields = structs.get(struct);
  if (!fields) throw new Error(`${path} has no struct ${struct} (for ${model})`);
  return fields.flatMap(({ type, json, inline, number, mark }) => {
    const target = resolve(path, type);
    if (inline) return numbersIn(model, target.path, target.name, `${prefix}${number}.`);
    const field = fieldsOf(model).find(({ name }) => name === json);
    if (!field) return [];
    const element = field.code.replace(/^[[{]+/, '');
    if (element.length > 1) walk(element, target.path, target.name);
    return [`${json}=${prefix}${number}${json === 'creationTimestamp' ? mark : markAs(field.code, mark)}`];
  });
}

function resolve(path: string, type: string): { readonly path: string; readonly name: string } {
  const bare = type.replace(/^(\*|\[\]|map\[[\w.]+\])+/, '');
  const [alias = '', name] = bare.split('.');
  if (name === undefined) return { path, name: bare };
  return { path: readPackage(path).imports.get(alias) ?? alias, name };
}

const META = 'k8s.io/apimachinery/pkg/apis/meta/v1';

const packageOf = (group: string, apiVersion: string): string =>
  group === 'apiextensions.k8s.io'
    ? ''
    : `k8s.io/api/${group === '' ? 'core' : group === 'events.k8s.io' ? 'events' : group.split('.')[0]}/${apiVersion}`;

const skipped: string[] = [];
for (const { group, version: apiVersion, kind, model } of DECLARATIONS) {
  const path = packageOf(
    group === 'internal.apiserver.k8s.io'
      ? 'apiserverinternal'
      : group === 'flowcontrol.apiserver.k8s.io'
        ? 'flowcontrol'
        : group,
    apiVersion,
  );
  if (path === '' || !existsSync(folderOf(path))) skipped.push(`${group}/${apiVersion} ${kind}`);
  else walk(model, path, kind);
}
walk('V1Scale', 'k8s.io/api/autoscaling/v1', 'Scale');
walk('V1Eviction', 'k8s.io/api/policy/v1', 'Eviction');
walk('AuthenticationV1TokenRequest', 'k8s.io/api/authentication/v1', 'TokenRequest');
walk('V1DeleteOptions', META, 'DeleteOptions');
writeFileSync(
  'src/apiserver/builtin/model/field-numbers.generated.ts',
  `// Generated by scripts/field-numbers.ts from the published API of Kubernetes ${version}; it explains the marks.\nexport const FIELD_NUMBERS = \`\n${[...lines.values()].sort().join('\n')}\n\`;\n`,
);
console.log(`${lines.size} messages; without protobuf: ${skipped.join(', ') || 'none'}`);
