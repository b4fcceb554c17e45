import { isDeepStrictEqual } from 'node:util';
import type { Answer, Json } from '../conformance/wire.js';

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export const isDefinition = ({ code, body }: Answer): boolean =>
  code < 300 && body.kind === 'CustomResourceDefinition' && body.metadata?.name !== undefined;

interface Condition {
  readonly type: string;
  readonly status: string;
}

const conditionsOf = ({ status }: Json): readonly Condition[] => (status?.conditions ?? []) as readonly Condition[]; // as every kind has them

/** Whether nothing but the client will change it any more. */
export function hasItsNames(body: Json): boolean {
  const conditions = conditionsOf(body);
  const isRefused = conditions.some(({ type, status }) => type === 'NamesAccepted' && status === 'False');
  const isServed = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  return isRefused || (isServed && isDeepStrictEqual(body.spec.names, body.status?.acceptedNames));
}

/** Without what tells how often the server wrote it meanwhile, and what a dry run does not get as far as. */
export function withoutProgress(body: Json, isTried: boolean): Json {
  const { resourceVersion: _, ...metadata } = body.metadata;
  const isSettled = !isTried && hasItsNames(body);
  return {
    ...body,
    metadata: metadata as Json['metadata'], // but for the version
    ...(body.status && { status: isSettled ? body.status : { storedVersions: body.status.storedVersions } }),
  };
}
