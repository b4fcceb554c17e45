import { constructFromEvents, EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { isJsonObject, type JsonObject } from '../apimachinery/json.js';
import { KUBERNETES_YAML } from './dialect.js';
import { Positions, positionAt } from './positions.js';
import { type Position, START } from './problem.js';
import { sizeProblem } from './size.js';

/** One YAML document that is an object. */
export interface Document {
  readonly value: JsonObject;
  /** Where a field such as `spec.tolerations[0].key` stands, or its nearest parent. */
  at(field: string): Position;
}

export type Parsed =
  | { readonly documents: readonly Document[] }
  | { readonly problem: Position & { readonly message: string } };

const LIMITS = { maxDepth: 64, maxAliases: 100, maxTotalMergeKeys: 1_000 };

const TEMPLATE = /\{\{[^\n]*?\}\}|\{\{-/;

const problemAt = (position: Position, message: string): Parsed => ({ problem: { ...position, message } });

/** The content of one file. `json` only widens what is accepted: tabs may indent. */
export function parseFile(content: Uint8Array, json: boolean): Parsed {
  const text = decode(content);
  if (text === undefined) return problemAt(START, 'the file is not UTF-8 text');
  // In JSON a tab at the start of a line is only ever indentation: strings cannot span lines.
  const source = json ? text.replace(/^[ \t]+/gm, (indent) => ' '.repeat(indent.length)) : text;
  try {
    const events = parseEvents(source, LIMITS);
    return documentsOf(source, events, constructFromEvents(events, { ...LIMITS, source, schema: KUBERNETES_YAML }));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return explain(source, error);
  }
}

const decode = (content: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
};

const explain = (source: string, { reason, mark }: YAMLException): Parsed => {
  const template = TEMPLATE.exec(source);
  if (template) {
    return problemAt(
      positionAt(source, template.index),
      'this is a template ({{ … }}), not YAML; commit the rendered objects, or leave the file out with spec.exclude',
    );
  }
  const position = mark ? { line: mark.line + 1, column: mark.column + 1 } : START;
  return problemAt(position, `not valid YAML: ${reason}`);
};

function documentsOf(source: string, events: Event[], values: readonly unknown[]): Parsed {
  const positions = new Positions(source, events);
  const aliases = events.some(({ type }) => type === EVENT_ID.ALIAS);
  const documents: Document[] = [];
  for (const [index, value] of values.entries()) {
    if (value === null || value === undefined) continue;
    const problem = sizeProblem(value);
    if (problem) return problemAt(positions.of(index, problem.field), problem.message);
    if (!isJsonObject(value)) return problemAt(positions.of(index, ''), 'a Kubernetes object is expected here');
    // Aliases make parts of the value one and the same object; whoever changes one part must not change another.
    const own: unknown = aliases ? JSON.parse(JSON.stringify(value)) : value;
    if (isJsonObject(own)) documents.push({ value: own, at: (field) => positions.of(index, field) });
  }
  return { documents };
}
