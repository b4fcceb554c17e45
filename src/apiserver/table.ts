import type { Unstructured } from '../api/meta.js';
import type { Kind } from './kind.js';
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
const AGE: ColumnDefinition = {
  name: 'Age',
  type: 'date',
  format: '',
  description: 'Time since the object was created.',
  priority: 0,
};

/** Objects as `kubectl get` prints them. */
export function tableOf(_kind: Kind, objects: readonly Unstructured[], { media, query, now, metadata }: TableOptions) {
  const include = query.get('includeObject') ?? 'Metadata';
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${media.version}`,
    metadata,
    columnDefinitions: [NAME, AGE] satisfies readonly ColumnDefinition[],
    rows: objects.map((object) => ({
      cells: [object.metadata.name, age(object.metadata.creationTimestamp, now)],
      ...(include === 'None' ? {} : { object: include === 'Object' ? object : metadataOf(object, media) }),
    })),
  };
}

function age(created: string | null | undefined, now: Date): string {
  if (!created) return '<unknown>';
  return humanDuration((now.getTime() - Date.parse(created)) / 1000);
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
