import type fc from 'fast-check';
import type { Step } from './step.js';
import type { Json } from './values.js';

/** One kind of the domain. */
export interface FuzzKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Path of the collection the objects are in. */
  readonly collection: string;
  /** Of its own field manager: strategic merge patches are known for it. */
  readonly builtIn: boolean;
  readonly hasStatus: boolean;
  /** An update makes what does not exist. */
  readonly isMadeByUpdates?: boolean;
  /** What a good object has beside its metadata. */
  readonly content: fc.Arbitrary<Json>;
  /** Some of that, as a patch or an applied configuration has it. */
  readonly part: fc.Arbitrary<Json>;
  readonly status?: fc.Arbitrary<Json>;
  /** JSON pointers that odd values and JSON patches go to. */
  readonly pointers: readonly string[];
  readonly fieldSelectors?: readonly string[];
  /** Content of an object that is always accepted. */
  readonly last: Json;
  /** Objects of one sequence would stand in the way of the next: in one place, or with something from a pool. */
  readonly isCleared?: boolean;
  /** In place of the usual ones; nobody watches what they do. */
  readonly requests?: { readonly first: fc.Arbitrary<Step>; readonly any: fc.Arbitrary<Step> };
}

type Rest = Omit<FuzzKind, 'kind' | 'apiVersion' | 'collection' | 'builtIn'>;

const rootOf = (apiVersion: string): string => `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;

export const builtIn = (kind: string, plural: string, apiVersion: string, rest: Rest): FuzzKind => ({
  kind,
  apiVersion,
  collection: `${rootOf(apiVersion)}/namespaces/{ns}/${plural}`,
  builtIn: true,
  ...rest,
});

/** Objects of all sequences are in one place: what is left of one goes before the next. */
export const clusterWide = (kind: string, plural: string, apiVersion: string, rest: Rest): FuzzKind => ({
  ...builtIn(kind, plural, apiVersion, rest),
  collection: `${rootOf(apiVersion)}/${plural}`,
  isCleared: true,
});

export const pathOf = ({ collection }: FuzzKind, name: string): string => `${collection}/${name}`;
