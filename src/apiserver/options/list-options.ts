import { goQuoted } from '../../apimachinery/go-text.js';
import { type FieldError, forbidden, notSupported } from '../../apimachinery/structural/field-error.js';
import { causeOf } from '../causes.js';
import { isTrue } from '../resource-path.js';
import { badRequest, invalid, StatusError } from '../status-error.js';
import { type ContinueToken, decodeContinue } from './continue-token.js';

export interface ListOptions {
  readonly limit: number;
  /** Where to go on. */
  readonly token: ContinueToken | undefined;
  /** The newest state when absent; without `exact` one not older than this. */
  readonly revision: number | undefined;
  readonly exact: boolean;
}

export interface WatchOptions {
  /** The newest when absent. */
  readonly revision: number | undefined;
  /** Begin with what exists. */
  readonly initial: boolean;
  /** Say with a bookmark when all that exists has been sent. */
  readonly announceEnd: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

const MATCH = 'resourceVersionMatch';

/** Refuses what is no number; comes before a look at the selectors. */
export function checkNumbers(query: URLSearchParams): void {
  integerIn(query, 'timeoutSeconds');
  integerIn(query, 'limit');
}

/** Refuses options that do not go together; comes before a look at the fields a kind can be selected by. */
export function checkListOptions(query: URLSearchParams): void {
  const version = query.get('resourceVersion') ?? '';
  const match = query.get(MATCH) ?? '';
  refuse([
    ...(match === '' ? [] : matchProblems(query, version, match)),
    ...(query.has('sendInitialEvents')
      ? [forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')]
      : []),
  ]);
}

export function listOptionsOf(query: URLSearchParams): ListOptions {
  const version = query.get('resourceVersion') ?? '';
  const match = query.get(MATCH) ?? '';
  const asked = integerIn(query, 'limit');
  // Whoever takes any version gets all of it, as from the cache of kube-apiserver.
  const limit = asked > 0 && version !== '0' ? asked : Number.POSITIVE_INFINITY;
  const next = query.get('continue') ?? '';
  if (next !== '') {
    const token = decodeContinue(next);
    if (version !== '' && version !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    return { limit, token, revision: token.revision, exact: token.revision !== undefined };
  }
  const revision = version === '' ? undefined : listRevision(version);
  // A limited list of a version is of exactly that one, also where the client does not say so.
  const exact = match === 'Exact' || (match === '' && limit !== Number.POSITIVE_INFINITY && revision !== 0);
  return { limit, token: undefined, revision, exact: exact && revision !== undefined };
}

function matchProblems(query: URLSearchParams, version: string, match: string): readonly FieldError[] {
  return [
    ...(version === '' ? [forbidden(MATCH, `${MATCH} is forbidden unless resourceVersion is provided`)] : []),
    ...(query.get('continue') ? [forbidden(MATCH, `${MATCH} is forbidden when continue is provided`)] : []),
    ...(match === 'Exact' || match === 'NotOlderThan'
      ? []
      : [notSupported(MATCH, match, ['Exact', 'NotOlderThan', ''])]),
    ...(match === 'Exact' && version === '0'
      ? [forbidden(MATCH, `${MATCH} "exact" is forbidden for resourceVersion "0"`)]
      : []),
  ];
}

const isFromAny = (query: URLSearchParams): boolean => ['', '0'].includes(query.get('resourceVersion') ?? '');

/** As `checkListOptions`. */
export function checkWatchOptions(query: URLSearchParams): void {
  const saysInitial = query.has('sendInitialEvents');
  // A watch from no version in particular is one that begins with what exists, and is judged as if it had said so.
  const asksInitial = saysInitial || (isFromAny(query) && !query.get(MATCH));
  const match = query.get(MATCH) || (asksInitial && !saysInitial ? 'NotOlderThan' : '');
  refuse([
    ...(asksInitial && match !== 'NotOlderThan'
      ? [forbidden(MATCH, `sendInitialEvents requires setting ${MATCH} to NotOlderThan`)]
      : []),
    ...(match !== '' && !asksInitial
      ? [forbidden(MATCH, `${MATCH} is forbidden for watch unless sendInitialEvents is provided`)]
      : []),
    ...(match !== '' && match !== 'NotOlderThan' ? [notSupported(MATCH, match, ['NotOlderThan'])] : []),
    ...(match !== '' && query.get('continue')
      ? [forbidden(MATCH, `${MATCH} is forbidden when continue is provided`)]
      : []),
  ]);
}

export function watchOptionsOf(query: URLSearchParams): WatchOptions {
  const fromAny = isFromAny(query);
  const sendsInitial = query.get('sendInitialEvents');
  const begins = sendsInitial === null ? fromAny : isTrue(sendsInitial);
  const bookmarks = isTrue(query.get('allowWatchBookmarks'));
  return {
    revision: fromAny ? undefined : revisionOf(query.get('resourceVersion') ?? ''),
    initial: begins,
    announceEnd: begins && bookmarks,
    bookmarks,
    timeoutMs: timeoutOf(query),
  };
}

function refuse(problems: readonly FieldError[]): void {
  if (problems.length === 0) return;
  throw invalid({ group: 'meta.k8s.io', plural: '', kind: 'ListOptions' }, '', problems.map(causeOf));
}

/** As kube-apiserver: between 30 and 60 minutes when the client does not say. */
function timeoutOf(query: URLSearchParams): number {
  const seconds = integerIn(query, 'timeoutSeconds');
  return (seconds > 0 ? Math.min(seconds, 86_400) : 1800 * (1 + Math.random())) * 1000;
}

function revisionProblem(text: string): string | undefined {
  const problem = /^\d+$/.test(text) ? rangeProblem(text, 2n ** 64n) : 'invalid syntax';
  const shown = goQuoted(text);
  return problem && `resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: ${problem}`;
}

function listRevision(text: string): number {
  const problem = revisionProblem(text);
  if (problem) throw badRequest(`invalid resource version: ${problem}`);
  return Number(text);
}

/** The version a watch or a get names. */
export function revisionOf(text: string): number {
  const problem = revisionProblem(text);
  if (problem) throw new StatusError(500, '', problem);
  return Number(text);
}

/** 0 when absent. */
export function integerIn(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '0';
  const problem = /^[+-]?\d+$/.test(text) ? rangeProblem(text, 2n ** 63n) : 'invalid syntax';
  if (problem) throw badRequest(`strconv.ParseInt: parsing ${goQuoted(text)}: ${problem}`);
  return Number(text);
}

const rangeProblem = (digits: string, end: bigint): string | undefined =>
  BigInt(digits.replace(/^[+-]/, '')) < end ? undefined : 'value out of range';

/** Refuses a version the server has not reached. */
export function checkReached(wanted: number, current: number): void {
  if (wanted > current) throw tooLarge(wanted, current);
}

export const tooLarge = (wanted: number, current: number): StatusError =>
  new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version', field: '' }],
    retryAfterSeconds: 1,
  });
