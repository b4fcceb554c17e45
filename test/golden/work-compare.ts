/** How recorded answers are compared; see the header of the data's README: null = absent or empty, `*` = anything, `~x` = contains x. */

import type { Condition } from '../../src/api/conditions.js';
import type { ManifestWork } from '../../src/api/work.js';
import { equalJson, isJsonObject } from '../../src/apimachinery/json.js';

export interface RecordedCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

export interface RecordedWork {
  readonly deleting?: boolean;
  readonly conditions: readonly RecordedCondition[];
  readonly resourceStatus: {
    readonly manifests: readonly {
      readonly resourceMeta: object;
      readonly conditions: readonly RecordedCondition[];
      readonly statusFeedback?: object;
    }[];
  };
}

export const show = (value: unknown): string => {
  const text = JSON.stringify(value);
  if (text === undefined) return 'nothing';
  return text.length > 220 ? `${text.slice(0, 220)}…` : text;
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/** What differs, member by member. */
export function subset(want: unknown, got: unknown, at: string): string[] {
  if (want === null) return isEmpty(got) ? [] : [`${at}: want absent, got ${show(got)}`];
  if (want === '*') return got === undefined || got === null ? [`${at}: absent`] : [];
  if (typeof want === 'string' && want.startsWith('~'))
    return String(got).includes(want.slice(1))
      ? []
      : [`${at}: want text with ${show(want.slice(1))}, got ${show(got)}`];
  if (Array.isArray(want)) {
    if (!Array.isArray(got) || got.length !== want.length)
      return isEmpty(got) && want.length === 0 ? [] : [`${at}: want ${show(want)}, got ${show(got)}`];
    return want.flatMap((item, index) => subset(item, got[index], `${at}[${index}]`));
  }
  if (isJsonObject(want)) {
    if (Object.keys(want).length === 0) return [];
    if (!isJsonObject(got))
      return Object.values(want).every((member) => member === null)
        ? []
        : [`${at}: want ${show(want)}, got ${show(got)}`];
    return Object.keys(want).flatMap((key) => subset(want[key], got[key], `${at}.${key}`));
  }
  return want === got ? [] : [`${at}: want ${show(want)}, got ${show(got)}`];
}

function conditions(want: readonly RecordedCondition[], got: readonly RecordedCondition[], at: string): string[] {
  const left = new Map(got.map((condition) => [condition.type, condition]));
  const wrong = want.flatMap((expected) => {
    const found = left.get(expected.type);
    left.delete(expected.type);
    if (!found) return [`${at}: no condition ${expected.type} (want ${expected.status} ${expected.reason})`];
    if (found.status !== expected.status || found.reason !== expected.reason)
      return [
        `${at} ${expected.type}: want ${expected.status} ${expected.reason}, got ${found.status} ${found.reason} ${show(found.message)}`,
      ];
    return [
      ...subset(expected.message, found.message, `${at} ${expected.type} message`),
      ...(expected.observedGeneration === found.observedGeneration
        ? []
        : [
            `${at} ${expected.type} observedGeneration: want ${expected.observedGeneration}, got ${found.observedGeneration}`,
          ]),
    ];
  });
  const unexpected = [...left.values()].map(
    ({ type, status, reason, message }) => `${at}: unexpected condition ${type} ${status} ${reason} ${show(message)}`,
  );
  return [...wrong, ...unexpected];
}

export function compareWork(name: string, want: RecordedWork | null, got: RecordedWork | null): string[] {
  if (want === null || got === null)
    return want === got ? [] : [`work ${name}: ${want === null ? 'still there' : 'absent'}`];
  const manifests = want.resourceStatus.manifests;
  const found = got.resourceStatus.manifests;
  const entries =
    manifests.length === found.length
      ? manifests.flatMap((manifest, index) => {
          const at = `work ${name} manifest ${index}`;
          const live = found[index]!;
          return [
            ...(equalJson(manifest.resourceMeta, live.resourceMeta)
              ? []
              : [`${at} resourceMeta: want ${show(manifest.resourceMeta)}, got ${show(live.resourceMeta)}`]),
            ...conditions(manifest.conditions, live.conditions, at),
            ...(equalJson(manifest.statusFeedback, live.statusFeedback)
              ? []
              : [`${at} statusFeedback: want ${show(manifest.statusFeedback)}, got ${show(live.statusFeedback)}`]),
          ];
        })
      : [`work ${name}: want ${manifests.length} status entries, got ${found.length}`];
  return [
    ...(Boolean(want.deleting) === Boolean(got.deleting)
      ? []
      : [`work ${name}: ${want.deleting ? 'not ' : ''}being deleted`]),
    ...conditions(want.conditions, got.conditions, `work ${name}`),
    ...entries,
  ];
}

const condition = (c: Condition): RecordedCondition => ({
  type: c.type,
  status: c.status,
  reason: c.reason,
  message: c.message,
  ...(c.observedGeneration === undefined ? {} : { observedGeneration: c.observedGeneration }),
});

/** A live ManifestWork in the recorded form. */
export function recordedWork(work: ManifestWork | undefined): RecordedWork | null {
  if (!work) return null;
  const manifests = [...(work.status?.resourceStatus?.manifests ?? [])].sort(
    (a, b) => (a.resourceMeta.ordinal ?? 0) - (b.resourceMeta.ordinal ?? 0),
  );
  return {
    ...(work.metadata.deletionTimestamp ? { deleting: true } : {}),
    conditions: (work.status?.conditions ?? []).map(condition),
    resourceStatus: {
      manifests: manifests.map((manifest) => ({
        resourceMeta: Object.fromEntries(
          Object.entries(manifest.resourceMeta).filter(([, value]) => value !== undefined && value !== ''),
        ),
        conditions: (manifest.conditions ?? []).map(condition),
        ...(manifest.statusFeedback?.values?.length
          ? { statusFeedback: { values: manifest.statusFeedback.values } }
          : {}),
      })),
    },
  };
}

export interface AppliedResource {
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly resource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** The applied resources of a record as text, in order. */
export const recordedResources = (resources: readonly AppliedResource[] | undefined): string[] =>
  (resources ?? []).map(({ group, version, resource, namespace, name }) =>
    [group, version, resource, namespace, name].map((part) => part ?? '').join('/'),
  );
