import type { OwnerReference, Unstructured } from '../../api/meta.js';
import { goQuoted } from '../../apimachinery/go-text.js';
import { canonicalJson } from '../../apimachinery/json.js';
import type { Caller } from '../api.js';
import type { Kind } from '../kind.js';
import { isUnqualified } from './object-meta.js';

/** Of an object that has been found right. */
export function warnAbout(kind: Kind, object: Unstructured, caller: Caller, before?: Unstructured): void {
  warnOfFinalizers(kind, object, caller, before);
  for (const warning of kind.strategy.warnings?.(object, before) ?? []) caller.warn(warning);
}

/** Of an object of which only the status was written. */
export function warnAboutStatus({ strategy }: Kind, object: Unstructured, { warn }: Caller): void {
  const warnings = strategy.statusWarnings?.(object) ?? strategy.warnings?.(object, object) ?? [];
  for (const warning of warnings) warn(warning);
}

function warnOfFinalizers(
  { custom }: Kind,
  { metadata: { finalizers = [] } }: Unstructured,
  { warn }: Caller,
  before?: Unstructured,
): void {
  if (!custom) return;
  const known = new Set(before?.metadata.finalizers);
  for (const finalizer of finalizers.filter((one) => isUnqualified(one) && !known.has(one))) {
    const why = 'prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers';
    warn(`metadata.finalizers: ${goQuoted(finalizer)}: ${why}`);
  }
}

/** They are taken, with a warning. */
export function withoutDoubledOwners(object: Unstructured, { warn }: Caller): Unstructured {
  const { ownerReferences: owners = [] } = object.metadata;
  const texts = owners.map(canonicalJson);
  const places = new Map(texts.map((text, at) => [text, at] as const).reverse());
  const isFirst = (_: OwnerReference, at: number): boolean => places.get(texts[at] ?? '') === at;
  const ownerReferences = owners.filter(isFirst);
  if (ownerReferences.length === owners.length) return object;
  const doubled = owners.filter((owner, at) => !isFirst(owner, at));
  const uids = [...new Set(doubled.map(({ uid }) => uid))].join(', ');
  warn(
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids}`,
  );
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}
