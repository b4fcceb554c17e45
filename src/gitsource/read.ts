import { keyOf } from '../api/meta.js';
import { DEFAULT_LIMITS } from './limits.js';
import { type Document, type Parsed, parseFile } from './parse.js';
import { type Problem, START, sortProblems } from './problem.js';
import { type Manifest, validateFile } from './validate.js';

/** One selected file. */
export interface SourceFile {
  readonly path: string;
  /** Content of equal id is equal; undefined when not known. */
  readonly oid?: string;
  /** Undefined only where its parse result is remembered. */
  readonly content: Uint8Array | undefined;
}

/** Everything a commit holds, or everything that is wrong with it. */
export type Reading =
  | { readonly kind: 'objects'; readonly manifests: readonly Manifest[] }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** What files of equal content were parsed to, kept from one commit to the next. */
export type ParseMemory = Map<string, Parsed>;

/** The name under which a file's parse result is kept. */
export const memoryKey = (path: string, oid: string): string => (path.endsWith('.json') ? `${oid}.json` : oid);

const parse = ({ path, content, oid }: SourceFile, memory: ParseMemory | undefined): Parsed => {
  const key = oid === undefined ? undefined : memoryKey(path, oid);
  const known = key === undefined ? undefined : memory?.get(key);
  if (known) return known;
  // As good as empty would mean: all its objects are to be removed.
  if (!content) throw new Error(`${path} was neither read nor remembered`);
  const parsed = parseFile(content, path.endsWith('.json'));
  if (key !== undefined) memory?.set(key, parsed);
  return parsed;
};

const place = ({ path, position }: Manifest): string => `${path}:${position.line}:${position.column}`;

/** The same object twice would make the result depend on the order of files. */
function duplicates(manifests: readonly Manifest[]): Problem[] {
  const first = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const { type, object, path, position } = manifest;
    const id = `${type.group} ${type.kind} ${keyOf(object)}`;
    const before = first.get(id);
    first.set(id, before ?? manifest);
    if (!before) return [];
    const message = `${type.kind} ${keyOf(object)} is defined here and at ${place(before)}; keep one`;
    return [{ path, ...position, message }];
  });
}

/** Pure: from the selected files of a commit to its objects. */
export function read(
  files: readonly SourceFile[],
  options: { readonly targetNamespace: string; readonly maxObjects?: number; readonly memory?: ParseMemory },
): Reading {
  const { targetNamespace, maxObjects = DEFAULT_LIMITS.maxObjects, memory } = options;
  const manifests: Manifest[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const parsed = parse(file, memory);
    if ('problem' in parsed) {
      problems.push({ path: file.path, ...parsed.problem });
      continue;
    }
    const documents: readonly Document[] = parsed.documents;
    const result = validateFile(file.path, documents, targetNamespace);
    manifests.push(...result.manifests);
    problems.push(...result.problems);
  }
  problems.push(...duplicates(manifests));
  if (manifests.length > maxObjects) {
    const message = `the commit holds ${manifests.length} objects; at most ${maxObjects} are taken`;
    problems.push({ path: '.', ...START, message });
  }
  return problems.length > 0 ? { kind: 'problems', problems: sortProblems(problems) } : { kind: 'objects', manifests };
}
