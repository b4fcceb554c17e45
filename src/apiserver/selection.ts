import type { Unstructured } from '../api/meta.js';
import type { Kind } from './kind.js';
import { badRequest } from './status-error.js';

/** Which objects of a collection a request is about. */
export interface Selection {
  /** True when nothing is left out. */
  readonly everything: boolean;
  matches(object: Unstructured): boolean;
}

export const EVERYTHING: Selection = { everything: true, matches: () => true };

export function selectionOf(_kind: Kind, query: URLSearchParams): Selection {
  if (query.get('labelSelector')) throw badRequest('labelSelector');
  const field = query.get('fieldSelector') ?? '';
  if (field === '') return EVERYTHING;
  const [, name] = /^metadata\.name=+(.*)$/.exec(field) ?? [];
  if (name === undefined) throw badRequest(`field selector ${field}`);
  return { everything: false, matches: ({ metadata }) => metadata.name === name };
}
