import { isJsonObject } from '../json.js';
import { canonicalSet, difference, EMPTY, type FieldSet, isEmptySet, union } from './field-set.js';

/** One entry of `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: 'FieldsV1';
  readonly fieldsV1?: FieldSet;
  readonly subresource?: string;
}

/** Who writes: an entry belongs to a manager, an operation and a subresource, and for updates also to a version. */
export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
}

export interface Owned extends Writer {
  readonly fields: FieldSet;
  readonly time?: string | undefined;
}

/** The owners of an object's fields. A value: nothing changes one. */
export type Managers = ReadonlyMap<string, Owned>;

export const NO_MANAGERS: Managers = new Map();

export const identityOf = ({ manager, operation, apiVersion, subresource }: Writer): string =>
  JSON.stringify({ manager, operation, ...(operation === 'Update' ? { apiVersion } : {}), subresource });

/** Undefined when an entry is not one Kubernetes could have written. */
export function decodeManagers(entries: unknown): Managers | undefined {
  const managers = new Map<string, Owned>();
  if (entries === undefined || entries === null) return managers;
  if (!Array.isArray(entries)) return undefined;
  for (const entry of entries) {
    const owned = decodeEntry(entry);
    if (!owned) return undefined;
    managers.set(identityOf(owned), owned);
  }
  return managers;
}

function decodeEntry(entry: unknown): Owned | undefined {
  if (!isJsonObject(entry)) return undefined;
  const { manager = '', operation, apiVersion, fieldsType, fieldsV1 = EMPTY, subresource, time } = entry;
  if ((operation !== 'Apply' && operation !== 'Update') || typeof manager !== 'string') return undefined;
  if (typeof apiVersion !== 'string' || apiVersion === '' || fieldsType !== 'FieldsV1' || !isFieldSet(fieldsV1))
    return undefined;
  return {
    manager,
    operation,
    apiVersion,
    fields: fieldsV1,
    subresource: typeof subresource === 'string' && subresource !== '' ? subresource : undefined,
    time: typeof time === 'string' ? time : undefined,
  };
}

const isFieldSet = (value: unknown): value is FieldSet => isJsonObject(value) && Object.values(value).every(isFieldSet);

/** In the order Kubernetes keeps: applied before updated, then oldest first. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  return [...managers.values()]
    .sort(compareOwned)
    .map(({ manager, operation, apiVersion, time, fields, subresource }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1' as const,
      fieldsV1: canonicalSet(fields),
      ...(subresource === undefined ? {} : { subresource }),
    }));
}

const secondsOf = ({ time }: Owned): number => (time === undefined ? 0 : Math.floor(Date.parse(time) / 1000));
const byText = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

const compareOwned = (a: Owned, b: Owned): number =>
  byText(a.operation, b.operation) ||
  secondsOf(a) - secondsOf(b) ||
  byText(a.manager, b.manager) ||
  byText(a.apiVersion, b.apiVersion) ||
  byText(a.subresource, b.subresource);

/** The managers with the sets `change` gives them; a manager that owns nothing any more is gone. */
export function withSets(managers: Managers, change: (owned: Owned, identity: string) => FieldSet): Managers {
  const changed = new Map<string, Owned>();
  for (const [identity, owned] of managers) {
    const fields = change(owned, identity);
    if (!isEmptySet(fields)) changed.set(identity, fields === owned.fields ? owned : { ...owned, fields });
  }
  return changed;
}

export const withoutFields = (managers: Managers, gone: FieldSet): Managers =>
  withSets(managers, ({ fields }) => difference(fields, gone));

const MAX_UPDATE_MANAGERS = 10;
const OLDEST = 'ancient-changes';

/** Past ten managers that update, the oldest are put together, one entry per version. */
export function capManagers(managers: Managers): Managers {
  const updaters = [...managers.entries()].filter(([, { operation }]) => operation === 'Update');
  if (updaters.length <= MAX_UPDATE_MANAGERS) return managers;
  updaters.sort(([a, left], [b, right]) => secondsOf(left) - secondsOf(right) || byText(a, b));
  const capped = new Map(managers);
  const firstOf = new Map<string, string>();
  let count = updaters.length;
  for (const [identity, owned] of updaters) {
    if (count <= MAX_UPDATE_MANAGERS) break;
    const first = firstOf.get(owned.apiVersion);
    if (first === undefined) {
      firstOf.set(owned.apiVersion, identity);
      continue;
    }
    const bucket: Writer = { manager: OLDEST, operation: 'Update', apiVersion: owned.apiVersion };
    const known = capped.get(identityOf(bucket)) ?? capped.get(first);
    capped.delete(first);
    capped.delete(identity);
    capped.set(identityOf(bucket), {
      ...bucket,
      fields: union(owned.fields, known?.fields ?? EMPTY),
      time: owned.time,
    });
    count--;
  }
  return capped;
}
