import { notSupported } from '../apimachinery/structural/field-error.js';
import { invalidOption } from './causes.js';
import { PROTOBUF, parseJson, parseProtobuf } from './decode.js';
import { badRequest } from './status-error.js';
import { dryRunProblems, refuse } from './write-options.js';

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  readonly propagationPolicy?: PropagationPolicy | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly dryRun: boolean;
}

const POLICIES: readonly string[] = ['Background', 'Foreground', 'Orphan'];

/** From the body, or from the query when there is none. */
export function readDeleteOptions(bytes: Buffer, contentType: string, query: URLSearchParams): DeleteOptions {
  const body = bytes.length === 0 ? {} : parse(bytes, contentType);
  if (typeof body !== 'object' || body === null) throw badRequest('DeleteOptions must be an object');
  const options = body as { readonly [member: string]: unknown };
  const policy = options.propagationPolicy ?? query.get('propagationPolicy') ?? orphanPolicy(options.orphanDependents);
  if (policy !== undefined && !POLICIES.includes(policy as string)) {
    throw invalidOption('DeleteOptions', notSupported('propagationPolicy', policy, POLICIES));
  }
  const preconditions = (options.preconditions ?? {}) as { readonly [member: string]: unknown };
  const dryRun: readonly unknown[] = Array.isArray(options.dryRun) ? options.dryRun : query.getAll('dryRun');
  refuse('DeleteOptions', dryRunProblems(dryRun));
  return {
    propagationPolicy: policy as PropagationPolicy | undefined,
    uid: typeof preconditions.uid === 'string' ? preconditions.uid : undefined,
    resourceVersion: typeof preconditions.resourceVersion === 'string' ? preconditions.resourceVersion : undefined,
    dryRun: dryRun.length > 0,
  };
}

const parse = (bytes: Buffer, contentType: string): unknown =>
  contentType === PROTOBUF
    ? parseProtobuf(bytes)
    : parseJson(bytes, contentType, 'DeleteOptions: json parse error: ').value;

const orphanPolicy = (orphan: unknown): PropagationPolicy | undefined =>
  typeof orphan === 'boolean' ? (orphan ? 'Orphan' : 'Background') : undefined;
