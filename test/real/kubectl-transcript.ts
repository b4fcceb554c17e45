import { spawn } from 'node:child_process';
import { type Run, runKubectl } from '../apiserver/kubectl.js';
import type { Step } from './kubectl-script.js';

/** A watch that tells so little hangs. */
const WATCH_LIMIT_MS = 180_000;

export interface Terminal {
  /** Of the kubectl. */
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Of the commands' own. */
  readonly namespace: string;
  /** URL */
  readonly server: string;
}

/** What one command answered, without what differs from run to run. */
export interface Entry {
  readonly command: string;
  readonly exit: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
  readonly among?: true;
}

/** What both servers answered, made comparable: where one serves less, the other's further lines are left out. */
export function comparable(embedded: readonly Entry[], real: readonly Entry[]): readonly [unknown, unknown] {
  const pairs = embedded.map((entry, at): readonly [Entry, Entry | undefined] => {
    const other = real[at];
    if (!entry.among || !other) return [entry, other];
    const [mine, theirs] = [entry.out, other.out].map((lines) => lines.map((line) => line.trim().replace(/ +/g, ' ')));
    const own = (mine ?? []).filter((line) => !/^(<empty>|<no description>)?$/.test(line));
    return [
      { ...entry, out: own },
      { ...other, out: (theirs ?? []).filter((line) => own.includes(line)) },
    ];
  });
  return [pairs.map(([mine]) => mine), pairs.map(([, theirs]) => theirs)];
}

export async function play(terminal: Terminal, steps: readonly (string | Step)[]): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const step of steps) {
    const { args, ...options } = typeof step === 'string' ? { args: step } : step;
    entries.push(...(await playStep(terminal, { args, ...options })));
  }
  return entries;
}

async function playStep(terminal: Terminal, step: Step): Promise<readonly Entry[]> {
  const { path, env } = terminal;
  const { args, input, edit, until, among } = filled(step, terminal);
  const words = args.split(' ').map((word) => word.replaceAll('\\t', ' '));
  if (until) return playUntil(terminal, { args, words, ...until });
  const editor = edit === undefined ? {} : { KUBE_EDITOR: `sed -i "${edit}"` };
  const run = await runKubectl(path, words, { input, env: { ...env, ...editor } });
  return [{ ...entryOf(terminal, args, run), ...(among ? { among } : {}) }];
}

interface Endless {
  readonly args: string;
  readonly words: readonly string[];
  readonly lines: number;
  readonly meanwhile: readonly string[];
}

async function playUntil(terminal: Terminal, { args, words, lines, meanwhile }: Endless): Promise<readonly Entry[]> {
  const child = spawn(terminal.path, words, { env: { PATH: process.env.PATH, ...terminal.env } });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    child.kill();
  }, WATCH_LIMIT_MS);
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const begun = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
      resolve();
      if (stdout.split('\n').length > lines) child.kill();
    });
  });
  await Promise.race([begun, ended]);
  const others = await play(terminal, meanwhile);
  await ended;
  clearTimeout(limit);
  if (isLate) throw new Error(`kubectl ${args} told no more than this: ${stdout}${stderr}`);
  return [entryOf(terminal, args, { code: 0, stdout, stderr }), ...others];
}

/** `{ns}` is the namespace, `{n}` the same without hyphens. */
function filled(step: Step, { namespace, server }: Terminal): Step {
  const fill = (text: string): string =>
    text.replaceAll('{ns}', namespace).replaceAll('{n}', namespace.replaceAll('-', '')).replaceAll('{server}', server);
  const { args, input, until } = step;
  return {
    ...step,
    args: fill(args),
    ...(input === undefined ? {} : { input: fill(input) }),
    ...(until ? { until: { ...until, meanwhile: until.meanwhile.map(fill) } } : {}),
  };
}

function entryOf({ namespace }: Terminal, args: string, { code, stdout, stderr }: Run): Entry {
  // Other chapters define kinds at the same time.
  const others = (line: string): boolean => /\bk[\w-]+\.example\.com/.test(line) && !line.includes(namespace);
  // Whether client-go logs that a timeout cut its watch short is a race of its goroutines.
  const logged = (line: string): boolean => /^[EIW]\d{4} .*reflector\.go/.test(line);
  const linesOf = (text: string) =>
    normalised(text)
      .split('\n')
      .filter((line) => !others(line) && !logged(line));
  return { command: normalised(args), exit: code, out: linesOf(stdout), err: linesOf(stderr) };
}

const RULES: readonly (readonly [RegExp, string | ((match: string) => string)])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| [+-]\d{4} \w+)?/g, 'TIME'],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/(resourceVersion"?: ?"?|Resource Version: +)\d+/g, '$1VERSION'],
  [/127\.0\.0\.1:\d+/g, 'ADDRESS'],
  [/\b10\.\d+\.\d+\.\d+/g, 'IP'],
  // As wide as the address under it.
  [/(?<=CLUSTER-IP|IP ) +/g, ' '],
  [/X509SHA256=\w+/g, 'X509SHA256=HASH'],
  [/kubectl\S+-edit-\d+/g, 'kubectl-edit'],
  [/(?<=Server Version: v[\d.]+)\+placet/g, ''],
  [/(?<=Server Version: )version\.Info\{.*\}/g, 'VERSION'],
  // A strategic merge patch is told as far as merging has left it.
  [/value: "map\[.*\]": /g, 'value: PATCH: '],
  // The age of something made a moment ago, in a column of a table.
  [/(?<=\s)(\d+m)?\d{1,3}[sm]\b */g, (match) => (match.endsWith(' ') ? 'AGE'.padEnd(match.length) : 'AGE')],
];

const normalised = (text: string): string =>
  RULES.reduce(
    (done, [pattern, by]) => (typeof by === 'string' ? done.replace(pattern, by) : done.replace(pattern, by)),
    text,
  );
