import { randomUUID } from 'node:crypto';
import type { ObjectMeta, OwnerReference, Unstructured } from '../api/meta.js';
import type { Kind } from './kind.js';
import { generateName, labelValueProblems, nameProblems, qualifiedNameProblems } from './names.js';
import type { Cause } from './status-error.js';

/** Kubernetes timestamps have whole seconds. */
export const timestamp = (now: Date): string => `${now.toISOString().slice(0, 19)}Z`;

/** Metadata a new object begins with: what only the server sets is set anew. */
export function newMetadata(sent: ObjectMeta, kind: Kind, namespace: string, now: Date): ObjectMeta {
  const { generation: _g, deletionTimestamp: _d, deletionGracePeriodSeconds: _s, resourceVersion: _r, ...rest } = sent;
  const name = !sent.name && sent.generateName ? generateName(sent.generateName) : (sent.name ?? '');
  return {
    ...rest,
    name,
    ...(kind.namespaced ? { namespace } : {}),
    uid: randomUUID(),
    creationTimestamp: timestamp(now),
    ...(kind.countsGeneration ? { generation: 1 } : {}),
  };
}

/** What an update may not set comes from the object as it is. */
export function keptMetadata(sent: ObjectMeta, before: ObjectMeta): ObjectMeta {
  const { generation: _g, deletionTimestamp: _d, deletionGracePeriodSeconds: _s, ...rest } = sent;
  return {
    ...rest,
    uid: sent.uid || (before.uid ?? ''),
    ...(before.creationTimestamp ? { creationTimestamp: before.creationTimestamp } : {}),
    ...(before.generation === undefined ? {} : { generation: before.generation }),
    ...(before.deletionTimestamp === undefined ? {} : { deletionTimestamp: before.deletionTimestamp }),
    ...(before.deletionGracePeriodSeconds === undefined
      ? {}
      : { deletionGracePeriodSeconds: before.deletionGracePeriodSeconds }),
    ...(before.generateName === undefined ? {} : { generateName: before.generateName }),
  };
}

const invalidValue = (field: string, value: unknown, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${detail}`,
  field,
});

const MAX_ANNOTATIONS = 256 * 1024;

export function metadataProblems(metadata: ObjectMeta, kind: Kind): readonly Cause[] {
  return [
    ...nameCauses(metadata, kind),
    ...labelCauses(metadata.labels ?? {}),
    ...annotationCauses(metadata.annotations ?? {}),
    ...(metadata.finalizers ?? []).flatMap((finalizer) =>
      qualifiedNameProblems(finalizer).map((text) => invalidValue('metadata.finalizers', finalizer, text)),
    ),
    ...ownerCauses(metadata.ownerReferences ?? []),
  ];
}

function nameCauses({ name, generateName: base }: ObjectMeta, kind: Kind): readonly Cause[] {
  if (name === '') {
    const message = 'Required value: name or generateName is required';
    return [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }];
  }
  const generated = base
    ? nameProblems(kind.nameRule, `${base.slice(0, 58)}x`).map((text) =>
        invalidValue('metadata.generateName', base, text),
      )
    : [];
  return [...generated, ...nameProblems(kind.nameRule, name).map((text) => invalidValue('metadata.name', name, text))];
}

export const labelCauses = (labels: Readonly<Record<string, string>>, field = 'metadata.labels'): readonly Cause[] =>
  Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((text) => invalidValue(field, key, text)),
    ...labelValueProblems(value).map((text) => invalidValue(field, value, text)),
  ]);

function annotationCauses(annotations: Readonly<Record<string, string>>): readonly Cause[] {
  const field = 'metadata.annotations';
  const size = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + key.length + Buffer.byteLength(value),
    0,
  );
  return [
    ...Object.keys(annotations).flatMap((key) =>
      qualifiedNameProblems(key.toLowerCase()).map((text) => invalidValue(field, key, text)),
    ),
    ...(size > MAX_ANNOTATIONS
      ? [{ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${MAX_ANNOTATIONS} bytes`, field }]
      : []),
  ];
}

function ownerCauses(owners: readonly OwnerReference[]): readonly Cause[] {
  const causes = owners.flatMap((owner) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((member) => !owner[member])
      .map((member) =>
        member === 'apiVersion'
          ? invalidValue('metadata.ownerReferences.apiVersion', owner.apiVersion ?? '', 'version must not be empty')
          : invalidValue(`metadata.ownerReferences.${member}`, owner[member] ?? '', `${member} must not be empty`),
      ),
  );
  const controllers = owners.filter(({ controller }) => controller);
  if (controllers.length > 1) {
    const [first, second] = controllers;
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first?.kind}/${first?.name} and ${second?.kind}/${second?.name}`;
    causes.push(invalidValue('metadata.ownerReferences', owners, detail));
  }
  return causes;
}

const IMMUTABLE = ['name', 'namespace', 'uid', 'creationTimestamp'] as const;

/** What an update changed that it must not. */
export function metadataUpdateProblems(metadata: ObjectMeta, before: ObjectMeta): readonly Cause[] {
  const causes = IMMUTABLE.filter((member) => metadata[member] !== before[member]).map((member) =>
    invalidValue(`metadata.${member}`, metadata[member] ?? '', 'field is immutable'),
  );
  const known = new Set(before.finalizers ?? []);
  const added = (metadata.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
  if (before.deletionTimestamp !== undefined && added.length > 0) {
    const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
    const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
    causes.push({ reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' });
  }
  return causes;
}

/** Everything a change of which counts as a new generation. */
export function generationPart(object: Unstructured, kind: Kind): Readonly<Record<string, unknown>> {
  const { apiVersion: _a, kind: _k, metadata: _m, status, ...rest } = object;
  return kind.subresources.some(({ name }) => name === 'status') ? rest : { ...rest, status };
}
