import type { Unstructured } from '../../api/meta.js';
import { goKind, goQuoted } from '../../apimachinery/go-text.js';
import { type FieldError, invalid, notSupported } from '../../apimachinery/structural/field-error.js';
import {
  cannotBeTyped,
  JSON_TYPES,
  PROTOBUF,
  parseJson,
  parseProtobuf,
  refusedMediaType,
  UNREADABLE,
} from '../body/decode.js';
import { decode } from '../builtin/model/decode.js';
import { Misfit } from '../builtin/model/misfit.js';
import { isTrue } from '../resource-path.js';
import { badRequest } from '../status-error.js';
import { integerIn } from './list-options.js';
import { dryRunProblems, refuse } from './write-options.js';

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  readonly propagationPolicy?: PropagationPolicy | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly dryRun: boolean;
}

/** As a client sends them, in a body or in the query. */
interface SentOptions {
  readonly kind?: unknown;
  readonly apiVersion?: unknown;
  readonly propagationPolicy?: unknown;
  readonly orphanDependents?: unknown;
  readonly dryRun?: unknown;
  readonly preconditions?: { readonly uid?: unknown; readonly resourceVersion?: unknown } | null;
}

/** From the body, or from the query when there is none. */
export function readDeleteOptions(bytes: Buffer, contentType: string, query: URLSearchParams): DeleteOptions {
  const sent = bytes.length === 0 ? fromQuery(query) : fromBody(bytes, contentType);
  const { propagationPolicy, orphanDependents, preconditions } = sent;
  const dryRun = Array.isArray(sent.dryRun) ? sent.dryRun : [];
  refuse('DeleteOptions', problemsOf(propagationPolicy ?? undefined, orphanDependents ?? undefined, dryRun));
  const policy = propagationPolicy ?? orphanPolicy(orphanDependents);
  return {
    propagationPolicy: policy as PropagationPolicy | undefined, // problemsOf found no other
    uid: typeof preconditions?.uid === 'string' ? preconditions.uid : undefined,
    resourceVersion: typeof preconditions?.resourceVersion === 'string' ? preconditions.resourceVersion : undefined,
    dryRun: dryRun.length > 0,
  };
}

function fromQuery(query: URLSearchParams): SentOptions {
  integerIn(query, 'gracePeriodSeconds');
  const orphan = query.get('orphanDependents');
  return {
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: orphan === null ? undefined : isTrue(orphan),
    dryRun: query.getAll('dryRun'),
  };
}

function fromBody(bytes: Buffer, contentType: string): SentOptions {
  if (contentType !== PROTOBUF && !JSON_TYPES.has(contentType)) throw refusedMediaType();
  const value: unknown =
    contentType === PROTOBUF
      ? parseProtobuf(bytes)
      : parseJson(bytes, contentType, (fault) => `${UNREADABLE}: ${fault}`).value;
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw badRequest(`${UNREADABLE}: ${cannotBeTyped(value)}`);
  }
  const { kind, apiVersion } = value as SentOptions; // an object; every member is looked at before it is used
  for (const [member, found] of Object.entries({ apiVersion, kind })) {
    if (found === undefined || found === null || typeof found === 'string') continue;
    throw badRequest(
      `${UNREADABLE}: json: cannot unmarshal ${goKind(found)} into Go struct field .${member} of type string`,
    );
  }
  if (kind && kind !== 'DeleteOptions') {
    throw badRequest(
      `no kind ${goQuoted(String(kind))} is registered for version ${goQuoted(String(apiVersion || 'meta.k8s.io/v1'))} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  try {
    decode('V1DeleteOptions', value as Unstructured); // its metadata is never looked at
    return value;
  } catch (error) {
    throw error instanceof Misfit ? badRequest(error.message) : error;
  }
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

const problemsOf = (policy: unknown, orphan: unknown, dryRun: readonly unknown[]): readonly FieldError[] => [
  ...(policy !== undefined && orphan !== undefined
    ? [invalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set')]
    : []),
  ...(policy === undefined || POLICIES.includes(policy as string) // includes compares, whatever it gets
    ? []
    : [notSupported('propagationPolicy', policy, [...POLICIES, 'nil'])]),
  ...dryRunProblems(dryRun),
];

const orphanPolicy = (orphan: unknown): PropagationPolicy | undefined =>
  typeof orphan === 'boolean' ? (orphan ? 'Orphan' : 'Background') : undefined;
