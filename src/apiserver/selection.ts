import type { Unstructured } from '../api/meta.js';
import { type FieldSelector, parseFieldSelector } from '../apimachinery/field-selector.js';
import { SelectorError } from '../apimachinery/requirement.js';
import { type LabelSelector, parseLabelSelector } from '../apimachinery/selector.js';
import type { Kind } from './kind.js';
import { badRequest } from './status-error.js';

const NAME = 'metadata.name';

/** Which objects of a collection a request is about. */
export interface Selection {
  /** True when nothing is left out. */
  readonly everything: boolean;
  /** The only name that can match, when the client asks for one. */
  readonly name: string | undefined;
  matches(object: Unstructured): boolean;
}

export interface Selectors {
  readonly labels: LabelSelector | undefined;
  readonly fields: FieldSelector | undefined;
}

export const selectorsOf = (query: URLSearchParams): Selectors => ({
  labels: parsed(query.get('labelSelector'), parseLabelSelector),
  fields: parsed(query.get('fieldSelector'), parseFieldSelector),
});

/** Refuses fields objects of the kind cannot be selected by. */
export function selectionOf(kind: Kind, { labels, fields }: Selectors): Selection {
  if (fields) checkFields(kind, fields);
  return {
    everything: !labels?.requirements.length && !fields?.requirements.length,
    name: fields?.exact(NAME),
    matches: (object) => matches(object, labels, fields),
  };
}

/** The only name a list may have, for who decides whether it is allowed; a selector that cannot be read is refused later. */
export function selectedName(query: URLSearchParams): string | undefined {
  try {
    return parseFieldSelector(query.get('fieldSelector') ?? '').exact(NAME) || undefined;
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

function parsed<T>(text: string | null, parse: (text: string) => T): T | undefined {
  if (!text) return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

const ALWAYS = new Set([NAME, 'metadata.namespace']);

function checkFields(kind: Kind, { requirements }: FieldSelector): void {
  const selectable = kind.selectableFields.map((path) => path.replace(/^\./, ''));
  for (const { field } of requirements) {
    if (ALWAYS.has(field) || selectable.includes(field)) continue;
    // Kubernetes asks a function of the kind where it has one, and one for all other kinds.
    const common = !kind.custom && selectable.length === 0;
    const known = [...ALWAYS].map((name) => `"${name}"`).join(', ');
    throw badRequest(
      common ? `"${field}" is not a known field selector: only ${known}` : `field label not supported: ${field}`,
    );
  }
}

function matches(object: Unstructured, labels?: LabelSelector, fields?: FieldSelector): boolean {
  if (labels && !labels.matches(object.metadata.labels)) return false;
  return !fields || fields.matches((path) => textAt(object, path));
}

/** A field as selectors compare it: scalars as text, anything else as absent. */
function textAt(object: unknown, path: string): string | undefined {
  let at: unknown = object;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as { readonly [member: string]: unknown })[name];
  }
  return typeof at === 'object' || at === undefined ? undefined : String(at);
}
