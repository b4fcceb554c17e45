import { randomUUID } from 'node:crypto';
import type { ObjectMeta, Unstructured } from '../../api/meta.js';
import { goQuoted } from '../../apimachinery/go-text.js';
import { timestamp } from '../../apimachinery/go-time.js';
import { type FieldError, forbidden, invalid } from '../../apimachinery/structural/field-error.js';
import { validateObjectMeta } from '../../apimachinery/structural/metadata.js';
import { causeOf } from '../causes.js';
import { type Kind, servesStatus } from '../kind.js';
import type { Cause } from '../status-error.js';
import { generatedName, NAME_CHECKS } from './name-rules.js';

/** What clients may still say and nobody keeps. */
type SentMeta = ObjectMeta & { readonly selfLink?: string };

/** Metadata a new object begins with: what only the server sets is set anew. */
export function newMetadata(sent: ObjectMeta, kind: Kind, namespace: string, now: Date): ObjectMeta {
  const {
    generation,
    deletionTimestamp: _d,
    deletionGracePeriodSeconds: _s,
    resourceVersion: _r,
    namespace: _n,
    selfLink: _l,
    ...rest
  }: SentMeta = sent;
  // Where nobody counts generations, nobody minds what a client says of them.
  const counted = kind.countsGeneration ? 1 : generation || undefined;
  const name = !sent.name && sent.generateName ? generatedName(sent.generateName) : (sent.name ?? '');
  return {
    ...rest,
    name,
    ...(kind.namespaced ? { namespace } : {}),
    uid: randomUUID(),
    creationTimestamp: timestamp(now),
    ...(counted === undefined ? {} : { generation: counted }),
  };
}

/** What an update may not set comes from the object as it is. */
export function keptMetadata(sent: ObjectMeta, before: ObjectMeta): ObjectMeta {
  const {
    generation: _g,
    deletionTimestamp: _d,
    deletionGracePeriodSeconds: _s,
    selfLink: _l,
    ...rest
  }: SentMeta = sent;
  return {
    ...rest,
    uid: sent.uid || (before.uid ?? ''),
    ...(before.creationTimestamp ? { creationTimestamp: before.creationTimestamp } : {}),
    ...(before.generation === undefined ? {} : { generation: before.generation }),
    ...(before.deletionTimestamp === undefined ? {} : { deletionTimestamp: before.deletionTimestamp }),
    ...(before.deletionGracePeriodSeconds === undefined
      ? {}
      : { deletionGracePeriodSeconds: before.deletionGracePeriodSeconds }),
  };
}

export const metadataProblems = (metadata: ObjectMeta, kind: Kind): readonly Cause[] =>
  [
    ...validateObjectMeta(metadata, 'metadata', kind.namespaced, NAME_CHECKS[kind.nameRule]),
    ...(kind.qualifiesFinalizers ? unqualifiedFinalizers(metadata) : []),
  ].map(causeOf);

const STANDARD_FINALIZERS: readonly string[] = ['orphan', 'foregroundDeletion', 'kubernetes'];

export const isUnqualified = (finalizer: string): boolean =>
  !finalizer.includes('/') && !STANDARD_FINALIZERS.includes(finalizer);

const unqualifiedFinalizers = ({ finalizers = [] }: ObjectMeta): readonly FieldError[] =>
  finalizers.flatMap((finalizer, at) => {
    if (!isUnqualified(finalizer)) return [];
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    return [invalid(`metadata.finalizers[${at}]`, finalizer, why)];
  });

const IMMUTABLE = ['name', 'namespace', 'uid', 'creationTimestamp'] as const;

/** Only a deletion sets its times. */
export const deletionProblems = (sent: ObjectMeta, before: ObjectMeta): readonly Cause[] =>
  (['deletionTimestamp', 'deletionGracePeriodSeconds'] as const)
    .filter((member) => sent[member] !== undefined && sent[member] !== null && before[member] === undefined)
    .map((member) => causeOf(invalid(`metadata.${member}`, sent[member], 'field is immutable')));

/** What an update changed that it must not. */
export function metadataUpdateProblems(metadata: ObjectMeta, before: ObjectMeta): readonly Cause[] {
  const causes = IMMUTABLE.filter((member) => metadata[member] !== before[member]).map((member) =>
    causeOf(invalid(`metadata.${member}`, metadata[member] ?? '', 'field is immutable')),
  );
  const known = new Set(before.finalizers ?? []);
  const added = (metadata.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
  if (before.deletionTimestamp !== undefined && added.length > 0) {
    const list = added.map((finalizer) => goQuoted(finalizer)).join(', ');
    const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
    causes.push(causeOf(forbidden('metadata.finalizers', why)));
  }
  return causes;
}

/** Everything a change of which counts as a new generation. */
export function generationPart(object: Unstructured, kind: Kind): Readonly<Record<string, unknown>> {
  const { apiVersion: _a, kind: _k, metadata: _m, status, ...rest } = object;
  const also = kind.strategy.generationPart?.(object);
  return { ...rest, ...(servesStatus(kind) ? {} : { status }), ...(also === undefined ? {} : { also }) };
}
