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
  /** In place of the usual ones; nobody watches what they do. */
  readonly requests?: { readonly first: fc.Arbitrary<Step>; readonly any: fc.Arbitrary<Step> };
}

export const pathOf = ({ collection }: FuzzKind, name: string): string => `${collection}/${name}`;
