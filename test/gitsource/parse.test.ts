import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { diff, idOf } from '../../src/gitsource/diff.js';
import { validateFiles } from '../../src/gitsource/files.js';
import { DEFAULT_LIMITS } from '../../src/gitsource/limits.js';
import { parseFile } from '../../src/gitsource/parse.js';
import { formatProblem, formatProblems } from '../../src/gitsource/problem.js';
import { read } from '../../src/gitsource/read.js';
import { pathFilter, select } from '../../src/gitsource/select.js';
import type { TreeEntry } from '../../src/gitsource/tree.js';
import { temporaryDirectory } from './temporary-repository.js';

const parse = (text: string, json = false) => parseFile(Buffer.from(text), json);

const values = (text: string): unknown[] => {
  const parsed = parse(text);
  return 'documents' in parsed ? parsed.documents.map(({ value }) => value) : [parsed.problem];
};

const problem = (text: string | Buffer, json = false) => {
  const parsed = parseFile(Buffer.from(text), json);
  return 'problem' in parsed ? parsed.problem : undefined;
};

const problemsOf = (files: Readonly<Record<string, string>>): string[] => {
  const reading = read(
    Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) })),
    { targetNamespace: 'target' },
  );
  return reading.kind === 'problems' ? reading.problems.map(formatProblem) : [];
};

const PLACEMENT = (name: string, spec = '{}') =>
  `apiVersion: cluster.open-cluster-management.io/v1beta1\nkind: Placement\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const WORK = (manifests: string) =>
  `apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nmetadata: {name: w, namespace: c1}\nspec:\n  workload:\n    manifests: ${manifests}\n`;

// What sigs.k8s.io/yaml makes of plain scalars.
const SCALARS: readonly (readonly [string, unknown])[] = [
  ['yes', true],
  ['Off', false],
  ['n', false],
  ['on', true],
  ['~', null],
  ['null', null],
  ['', null],
  ['0755', 493],
  ['0o17', 15],
  ['0x1F', 31],
  ['0b101', 5],
  ['1_000', 1000],
  ['-12', -12],
  ['+5', 5],
  ['1e3', 1000],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['1:30', '1:30'],
  ['2024-01-01', '2024-01-01'],
  ['2024-01-01T10:00:00Z', '2024-01-01T10:00:00Z'],
  ['0.1.2', '0.1.2'],
  ['v1', 'v1'],
  ['"yes"', 'yes'],
  ['0o8', '0o8'],
  ['1e', '1e'],
  ['089', 89],
  ['=', '='],
];

test('plain scalars mean what they mean to kubectl', (t) => {
  for (const [text, expected] of SCALARS) t.deepEqual(values(`a: ${text}`), [{ a: expected }], text);
  t.deepEqual(
    values('on: 1\n1: 2'),
    [{ true: 1, 1: 2 }].map((one) => ({ ...one })),
  );
});

test('several documents, empty ones and a merge key are read', (t) => {
  t.deepEqual(values('---\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n'), [{ a: 1 }, { b: 2 }]);
  t.deepEqual(values('x: &x {a: 1}\nz:\n  <<: *x\n  b: 2'), [{ x: { a: 1 }, z: { a: 1, b: 2 } }]);
  t.deepEqual(values('\ufeffa: 1'), [{ a: 1 }]);
});

test('aliases do not make parts of an object one and the same', (t) => {
  const [value] = values('a: &a {n: 1}\nb: *a') as [{ a: object; b: object }];
  t.not(value.a, value.b);
});

const bomb = (levels: number, width: number): string =>
  [
    'l0: &l0 [x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: levels }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(width).fill(`*l${i}`).join(', ')}]`),
  ].join('\n');

const BROKEN: readonly (readonly [string, string, number, number, RegExp])[] = [
  ['a bad indentation', 'a: 1\n b: 2\n', 2, 3, /not valid YAML/],
  ['a duplicate key', 'a: 1\nb: 2\na: 3', 3, 1, /duplicated mapping key/],
  ['a tab', 'a:\n\tb: 1', 2, 1, /tab characters/],
  ['a custom tag', 'a: !!js/function x', 1, 4, /unknown scalar tag/],
  ['a list', '- a\n- b', 1, 1, /a Kubernetes object is expected here/],
  ['a text', 'hello', 1, 1, /a Kubernetes object is expected here/],
  ['a template', 'a: 1\nb: {{ .Values.b }}', 2, 4, /template.*spec\.exclude/],
  ['a template with control flow', '{{- if .Values.x }}\na: 1\n{{- end }}', 1, 1, /template/],
  ['an alias of its own parent', 'a: &a\n  b: [*a]', 2, 8, /alias must not point at a parent/],
  ['a bomb of few aliases', bomb(9, 9), 6, 5, /more than 200000 values/],
  ['a bomb of many aliases', bomb(20, 9), 1, 1, /aliases/],
  ['endless depth', `a: ${'['.repeat(5000)}`, 1, 67, /nesting/],
  ['a number that is not kept', 'a: 9007199254740993', 1, 1, /write it as a string/],
  ['infinity', 'a: .inf', 1, 1, /infinite/],
  ['a prototype', 'a:\n  __proto__: {x: 1}', 2, 3, /__proto__/],
  ['an unknown alias', 'a: *b', 1, 5, /not valid YAML/],
];

for (const [title, text, line, column, message] of BROKEN) {
  test(`${title} is one problem with its place`, (t) => {
    const found = problem(text);
    t.truthy(found);
    t.regex(found?.message ?? '', message);
    if (title !== 'a bomb of many aliases' && title !== 'endless depth' && title !== 'a bomb of few aliases') {
      t.deepEqual([found?.line, found?.column], [line, column]);
    }
  });
}

test('merge keys cannot multiply', (t) => {
  const text = `a: &a {${Array.from({ length: 200 }, (_, i) => `k${i}: 1`).join(', ')}}\nb:\n  <<: [${Array(90).fill('*a').join(', ')}]`;
  t.regex(problem(text)?.message ?? '', /not valid YAML/);
});

test('a file that is not text is one problem', (t) => {
  t.is(problem(Buffer.from([0xff, 0xfe, 0x00]))?.message, 'the file is not UTF-8 text');
});

test('JSON may be indented with tabs and may escape', (t) => {
  const parsed = parse('{\n\t"a": "\\u00e4\\/",\n\t"b": [\n\t\t1\n\t]\n}\n', true);
  t.deepEqual('documents' in parsed && parsed.documents[0]?.value, { a: 'ä/', b: [1] });
});

test('any bytes give documents or one problem, and never anything else', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.stringMatching(/^[-:{}[\],&*!|>'"%@` a-c\n#?~]*$/)),
      (text) => {
        const parsed = parse(text);
        return 'documents' in parsed || parsed.problem.line >= 1;
      },
    ),
  );
  t.pass();
});

test('a field is found by its path, also under names with dots, and a missing one by its parent', (t) => {
  const parsed = parse(
    'metadata:\n  labels:\n    app.kubernetes.io/name: x\nspec:\n  list:\n    - a: 1\n      b: 2\n---\nspec: {n: 1}\n',
  );
  t.true('documents' in parsed);
  if (!('documents' in parsed)) return;
  const [first, second] = parsed.documents;
  t.deepEqual(first?.at('metadata.labels.app.kubernetes.io/name'), { line: 3, column: 5 });
  t.deepEqual(first?.at('spec.list[0].b'), { line: 7, column: 7 });
  t.deepEqual(first?.at('spec.list[3]'), { line: 5, column: 3 });
  t.deepEqual(first?.at('spec.absent.deeper'), { line: 4, column: 1 });
  t.deepEqual(second?.at('spec.n'), { line: 9, column: 8 });
});

const INVALID: readonly (readonly [string, string, RegExp])[] = [
  ['no kind', 'apiVersion: v1\n', /^f\.yaml:1:1: kind must be set$/],
  ['no apiVersion', 'kind: Placement\n', /^f\.yaml:1:1: apiVersion must be set$/],
  [
    'a kind of the clusters',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n',
    /^f\.yaml:2:1: apps\/v1 Deployment is not a kind of the hub.*ManifestWork/,
  ],
  [
    'a GitSource',
    'apiVersion: placet.dev/v1alpha1\nkind: GitSource\nmetadata: {name: a}\n',
    /f\.yaml:2:1: a GitSource cannot come from Git/,
  ],
  [
    'an old version',
    PLACEMENT('a').replace('v1beta1', 'v1alpha1'),
    /f\.yaml:2:1: version .*v1alpha1 of Placement is not served; write cluster.*v1beta1/,
  ],
  [
    'an unknown field',
    PLACEMENT('a', '\n  numberOfCluster: 1'),
    /^f\.yaml:5:3: Placement a: spec\.numberOfCluster: unknown field$/,
  ],
  [
    'a wrong type',
    PLACEMENT('a', '\n  numberOfClusters: many'),
    /^f\.yaml:5:3: Placement a: spec\.numberOfClusters: .*must be of type integer/,
  ],
  ['a wrong name', PLACEMENT('A_b'), /f\.yaml:3:12: Placement A_b: metadata\.name: .*RFC 1123/],
  ['a long name', PLACEMENT('a'.repeat(254)), /metadata\.name: .*no more than 253/],
  ['no name', PLACEMENT('a').replace('name: a', 'labels: {}'), /metadata\.name: Required value/],
  ['a generated name', PLACEMENT('a').replace('name: a', 'generateName: a'), /objects in Git need metadata\.name/],
  [
    'a namespace on a cluster-scoped kind',
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: a, namespace: b}\n',
    /metadata\.namespace: .*not allowed on this type/,
  ],
  ['a wrong label', PLACEMENT('a').replace('name: a', 'name: a, labels: {x: "a b"}'), /metadata\.labels: /],
  [
    'a label that is a number',
    PLACEMENT('a').replace('name: a', 'name: a, labels: {x: 1}'),
    /metadata\.labels\.x: .*must be of type string/,
  ],
  [
    'a binding with two names',
    'apiVersion: cluster.open-cluster-management.io/v1beta2\nkind: ManagedClusterSetBinding\nmetadata: {name: a}\nspec: {clusterSet: b}\n',
    /spec\.clusterSet: must equal the name/,
  ],
  [
    'an insecure client config',
    'apiVersion: cluster.open-cluster-management.io/v1\nkind: ManagedCluster\nmetadata: {name: a}\nspec:\n  managedClusterClientConfigs:\n    - url: http://a\n',
    /f\.yaml:6:7: .*https/,
  ],
  ['a work without manifests', WORK('[]'), /f\.yaml:6:5: ManifestWork w: .*manifests should not be empty/],
  [
    'a manifest without name',
    WORK('[{apiVersion: v1, kind: ConfigMap, metadata: {}}]'),
    /name must be set in manifest/,
  ],
  [
    'a manifest with a generated name',
    WORK('[{apiVersion: v1, kind: ConfigMap, metadata: {name: a, generateName: b}}]'),
    /generateName must not be set in manifest/,
  ],
  [
    'one manifest twice',
    WORK(
      '[{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: x}}, {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: x}}]',
    ),
    /duplicate manifest for resource x\/a with resource type v1\.ConfigMap/,
  ],
  [
    'too many bytes',
    WORK(`[{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: ${'x'.repeat(512_000)}}}]`),
    /the size of manifests is \d+ bytes which exceeds the 512000 limit/,
  ],
  [
    'an executor without account',
    `${WORK('[{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]')}  executor: {subject: {type: ServiceAccount}}\n`,
    /f\.yaml:7:3: .*executor service account can not be nil/,
  ],
  [
    'a list item that is no object',
    'apiVersion: v1\nkind: List\nitems:\n  - 1\n',
    /f\.yaml:4:5: a Kubernetes object is expected here/,
  ],
  [
    'a list with a wrong item',
    `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Pod\n`,
    /f\.yaml:5:5: v1 Pod is not a kind of the hub/,
  ],
];

for (const [title, text, expected] of INVALID) {
  test(`${title} is a problem that names the place`, (t) => {
    const problems = problemsOf({ 'f.yaml': text });
    t.true(
      problems.some((one) => expected.test(one)),
      problems.join('\n'),
    );
  });
}

test('an object defined twice names both places', (t) => {
  t.deepEqual(problemsOf({ 'a.yaml': PLACEMENT('p'), 'b/c.yaml': `\n${PLACEMENT('p')}` }), [
    'b/c.yaml:2:1: Placement target/p is defined here and at a.yaml:1:1; keep one',
  ]);
});

test('a good file becomes objects without what the server owns', (t) => {
  const text = `apiVersion: v1\nkind: List\nitems:\n- ${PLACEMENT('p').trim().replaceAll('\n', '\n  ').replace('{name: p}', '{name: p, uid: x, creationTimestamp: null}')}\n  status: {}\n`;
  const reading = read([{ path: 'a.yaml', content: Buffer.from(text) }], { targetNamespace: 'target' });
  t.deepEqual(reading.kind === 'objects' && reading.manifests[0]?.object, {
    apiVersion: 'cluster.open-cluster-management.io/v1beta1',
    kind: 'Placement',
    metadata: { name: 'p', namespace: 'target' },
    spec: {},
  });
});

test('the first twenty problems are shown, and how many more there are', (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 25 }, (_, i) => [`f${String(i).padStart(2, '0')}.yaml`, '- x']),
  );
  const reading = read(
    Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) })),
    { targetNamespace: 'a' },
  );
  const lines = reading.kind === 'problems' ? formatProblems(reading.problems).split('\n') : [];
  t.is(lines.length, 21);
  t.true(lines[0]?.startsWith('f00.yaml:1:1: '));
  t.is(lines[20], '… and 5 more');
});

const entry = (path: string, more: Partial<TreeEntry> = {}): TreeEntry => ({
  path,
  oid: path,
  kind: 'file',
  bytes: 10,
  ...more,
});

test('globs match hidden files, and neither "#" nor "!" is special', (t) => {
  const wanted = pathFilter({ include: ['**/*.yaml', '!x/*', '#y'], exclude: ['charts/**'] });
  t.deepEqual(['a.yaml', '.hidden/a.yaml', 'charts/a.yaml', '!x/b', '#y', 'b.txt'].map(wanted), [
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
});

test('hostile globs take no time', (t) => {
  const wanted = pathFilter({ include: [`${'a*'.repeat(100)}b`, `${'+(a|aa)'.repeat(20)}b`], exclude: [] });
  t.false(wanted('a'.repeat(200)));
});

test('links, submodules, strange paths and large files that a source would read are problems', (t) => {
  const globs = { include: ['**/*.yaml'], exclude: ['out/**'] };
  const entries = [
    entry('ok.yaml'),
    entry('link.yaml', { kind: 'symlink' }),
    entry('vendor/lib', { kind: 'submodule', bytes: 0 }),
    entry('big.yaml', { bytes: 20_000_000 }),
    entry('../up.yaml'),
    entry('a\nb.yaml'),
    entry('out/link.yaml', { kind: 'symlink' }),
    entry('other.txt', { kind: 'symlink' }),
  ];
  const { files, problems } = select(entries, globs, DEFAULT_LIMITS);
  t.deepEqual(
    files.map(({ path }) => path),
    ['ok.yaml'],
  );
  t.deepEqual(
    problems.map(({ path }) => path),
    ['link.yaml', 'vendor/lib', 'big.yaml', 'a\\nb.yaml'],
  );
  t.regex(problems[2]?.message ?? '', /20000000 bytes; at most 4194304/);
});

test('too many files or bytes are one problem, not thousands', (t) => {
  const many = Array.from({ length: 11 }, (_, i) => entry(`${i}.yaml`));
  const globs = { include: ['*'], exclude: [] };
  t.regex(select(many, globs, { ...DEFAULT_LIMITS, maxFiles: 10 }).problems[0]?.message ?? '', /selects 11 files/);
  t.regex(
    select(many, globs, { ...DEFAULT_LIMITS, maxTotalBytes: 100 }).problems[0]?.message ?? '',
    /selects 110 bytes/,
  );
});

test('namespaces are applied first and pruned last', (t) => {
  const files = [PLACEMENT('p'), 'apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n'];
  const reading = read(
    files.map((text, i) => ({ path: `${i}.yaml`, content: Buffer.from(text) })),
    { targetNamespace: 'ns' },
  );
  const manifests = reading.kind === 'objects' ? reading.manifests : [];
  const gone = [
    { group: '', version: 'v1', kind: 'Namespace', name: 'old' },
    { group: 'work.open-cluster-management.io', version: 'v1', kind: 'ManifestWork', namespace: 'c', name: 'w' },
  ];
  const result = diff(gone, manifests);
  t.deepEqual(
    result.apply.map(({ type }) => type.kind),
    ['Namespace', 'Placement'],
  );
  t.deepEqual(
    result.prune.map(({ kind }) => kind),
    ['ManifestWork', 'Namespace'],
  );
  t.is(new Set(result.inventory.map(idOf)).size, 4);
  t.deepEqual(diff(result.inventory, manifests).inventory, result.inventory);
});

test('a directory is checked as a source would, with paths as they were given', async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'a'));
  writeFileSync(join(directory, 'a/p.yaml'), PLACEMENT('p'));
  writeFileSync(join(directory, 'bad.yml'), 'a: [');
  writeFileSync(join(directory, 'notes.txt'), 'a: [');
  symlinkSync('/etc/passwd', join(directory, 'link.yaml'));
  const result = await validateFiles([directory, join(directory, 'notes.txt')]);
  t.is(result.files, 3);
  t.deepEqual(
    result.problems.map(({ path }) => path).sort(),
    ['bad.yml', 'link.yaml', 'notes.txt'].map((name) => join(directory, name)),
  );
  const good = await validateFiles([join(directory, 'a')], { targetNamespace: 'x' });
  t.deepEqual(
    good.manifests.map(({ object }) => object.metadata),
    [{ name: 'p', namespace: 'x' }],
  );
  await t.throwsAsync(validateFiles([join(directory, 'absent')]), {
    name: 'TerminalError',
    message: /absent: no such file/,
  });
});
