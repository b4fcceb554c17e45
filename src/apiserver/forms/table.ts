import type { Unstructured } from '../../api/meta.js';
import type { PrinterColumn } from '../../api/resource.js';
import { parseBarePath, printResults } from '../../apimachinery/json-path.js';
import type { Kind } from '../kind.js';
import { badRequest } from '../status-error.js';
import type { Media } from './media.js';
import { metadataOf } from './partial-metadata.js';

interface TableOptions {
  readonly media: Media;
  readonly query: URLSearchParams;
  readonly now: Date;
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

const NAME: ColumnDefinition = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
};
const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** Some built-in kinds do not begin with the name. */
const namesItself = ({ custom, columns }: Kind): boolean => !custom && columns.some(({ name }) => name === NAME.name);

export const definitionsOf = (kind: Kind): readonly ColumnDefinition[] => [
  ...(namesItself(kind) ? [] : [NAME]),
  ...columnsOf(kind).map((column) => definitionOf(kind, column)),
];

/** Those after the name. */
const columnsOf = ({ columns }: Kind): readonly PrinterColumn[] => (columns.length > 0 ? columns : [AGE]);

const INCLUDED: readonly string[] = ['None', 'Metadata', 'Object'];

const refusedInclude = (include: string): string =>
  `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`;

/** Objects as `kubectl get` prints them. */
export function tableOf(kind: Kind, objects: readonly Unstructured[], { media, query, now, metadata }: TableOptions) {
  const include = query.get('includeObject') || 'Metadata';
  if (!INCLUDED.includes(include)) throw badRequest(refusedInclude(include));
  const columns = columnsOf(kind);
  const cells = cellsOf(kind, columns);
  const names = namesItself(kind) ? [] : [NAME];
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${media.version}`,
    metadata,
    columnDefinitions: definitionsOf(kind),
    rows:
      objects.length === 0 && hasNoTable(kind)
        ? null
        : objects.map((object) => ({
            cells: [...names.map(() => object.metadata.name), ...cells(object, now)],
            object: include === 'None' ? null : include === 'Object' ? object : metadataOf(object, media),
          })),
  };
}

const CREATED_AT = 'Created At';

/** Kinds that kube-apiserver prints like any other: their rows are nothing when there are none. */
const hasNoTable = ({ custom, columns }: Kind): boolean => !custom && columns.some(({ name }) => name === CREATED_AT);

const definitionOf = (
  { custom }: Kind,
  { name, type, format = '', description, jsonPath, priority = 0 }: PrinterColumn,
): ColumnDefinition => ({
  name,
  type: custom ? type : builtinType(name, type),
  format: !custom && name === NAME.name ? NAME.format : format,
  description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
  priority,
});

/** Kubernetes calls every time but one a text in the tables of its own kinds. */
function builtinType(name: string, type: string): string {
  if (name === CREATED_AT) return 'date';
  return type === 'date' ? 'string' : type;
}

type Cells = (object: Unstructured, now: Date) => readonly unknown[];

const CELLS = new WeakMap<readonly PrinterColumn[], Cells>();

/** Paths are compiled once per list of columns. */
function cellsOf(kind: Kind, columns: readonly PrinterColumn[]): Cells {
  const known = CELLS.get(columns);
  if (known) return known;
  const paths = columns.map(({ jsonPath }) => (jsonPath === '' ? undefined : parseBarePath(jsonPath)));
  const cells: Cells = (object, now) => {
    const computed = kind.cells?.(object, now) ?? {};
    return columns.map(({ name, type }, at) =>
      Object.hasOwn(computed, name) ? computed[name] : cell(type, paths[at]?.find(object) ?? [], now),
    );
  };
  CELLS.set(columns, cells);
  return cells;
}

function cell(type: PrinterColumn['type'], found: readonly unknown[], now: Date): unknown {
  const [first] = found;
  if (first === undefined || first === null) return null;
  switch (type) {
    case 'integer':
    case 'number':
      return typeof first === 'number' ? first : null;
    case 'boolean':
      return typeof first === 'boolean' ? first : null;
    case 'date':
      return typeof first === 'string' ? age(first, now) : null;
    case 'string':
      return typeof first === 'string' && found.length === 1 ? first : printResults(found);
  }
}

function age(since: string, now: Date): string {
  const from = Date.parse(since);
  return Number.isNaN(from) ? '<invalid>' : humanDuration((now.getTime() - from) / 1000);
}

/** As `kubectl` writes durations: two units while they matter. */
export function humanDuration(exactSeconds: number): string {
  const seconds = Math.floor(exactSeconds);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return two(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? two(years, 'y', days % 365, 'd') : `${years}y`;
}

const two = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;
