import { isDeepStrictEqual } from 'node:util';
import type { Normal } from './normalise.js';
import type { Step } from './step.js';

interface Deliberate {
  readonly why: string;
  readonly covers: (step: Step, embedded: Normal, real: Normal) => boolean;
}

/** Types that have no JSON: kube-apiserver shows them as they are inside it. */
const INTERNAL =
  /(?<=(?:spec\.template(?:\.spec)?|spec\.podFailurePolicy|spec\.successPolicy|securityContext|"message"): ?"?Invalid value: )\{.*?\}(?=: (?:field is immutable|cannot set))/g;

/** Answers that are the same but for these words are taken for the same. */
const WORDS: readonly (readonly [why: string, pattern: RegExp])[] = [
  ['nobody keeps a selfLink', /"selfLink":"[^"]*",?/g],
  ['parts of workloads are shown as clients see them', INTERNAL],
  [
    'how a pod was changed is not listed',
    /(?<=\(allow it to be set to 1 if it was previously negative\))\\n(?:[^"\\]|\\.)*/g,
  ],
  [
    'what a write changes of a claim or a volume that stays is not listed',
    /(?<=is immutable after creation[^"\]]*?)\\n@@.*?\\n(?=["\],])/g,
  ],
  ['something empty that is refused is shown as none', /(?<=(?:Invalid|Unsupported) value: )(?:null|\[\]|\{\})(?=: )/g],
  ['columns of built-in kinds have no descriptions', /(?<="description":")(?:[^"\\]|\\.)*(?=","format":)/g],
];

/** Where the embedded server is meant to answer otherwise; docs/embedded-api-server.md has the list for users. */
const DELIBERATE: readonly Deliberate[] = [
  {
    why: 'of several values that misfit after a strategic merge patch another may be told',
    covers: ({ type }, embedded, real) =>
      type === 'application/strategic-merge-patch+json' && isMisfit(embedded) && isMisfit(real),
  },
  {
    why: 'how a pod was changed is not listed',
    covers: (_, embedded, real) =>
      listsChange(embedded) && listsChange(real) && isDeepStrictEqual(withoutMessage(embedded), withoutMessage(real)),
  },
  {
    why: 'the cost of rules is not estimated',
    covers: (_, _embedded, { code, body }) => code === 422 && /estimated rule cost/.test(JSON.stringify(body)),
  },
  {
    why: 'YAML bodies are refused',
    covers: ({ type }, embedded) => /yaml/.test(type ?? '') && embedded.code === 415,
  },
  {
    why: 'only JSON is written, and the refusal says so',
    covers: (_, embedded, real) => embedded.code === 406 && real.code === 406,
  },
];

/** How a pod was changed is a listing of Go values, which the order of problems tears apart. */
const listsChange = ({ body }: Normal): boolean => JSON.stringify(body).includes('pod updates may not change fields');

const withoutMessage = ({ code, warnings, body }: Normal): unknown => {
  const { message: _, ...rest } = body as Record<string, unknown>; // a Status
  return withoutWords({ code, warnings, body: rest });
};

const isMisfit = ({ code, body }: Normal): boolean =>
  code === 422 && /"message":" \\"\\" is invalid: patch: Invalid value: /.test(JSON.stringify(body));

const withoutWords = (answer: Normal): unknown =>
  WORDS.reduce((text, [, pattern]) => text.replace(pattern, ''), JSON.stringify(answer));

export const isDeliberate = (step: Step, embedded: Normal | undefined, real: Normal | undefined): boolean =>
  embedded !== undefined &&
  real !== undefined &&
  (isDeepStrictEqual(withoutWords(embedded), withoutWords(real)) ||
    DELIBERATE.some(({ covers }) => covers(step, embedded, real)));
