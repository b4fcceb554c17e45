import { z } from 'zod';
import { LabelSelectorSpec } from '../api/selector.js';
import { Refusal } from './refusal.js';

/** A matrix generator turns every leaf into text, so numbers and objects may come as text too. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const fromText = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => {
    if (typeof value !== 'string' || !value.trimStart().startsWith('{')) return value;
    try {
      return JSON.parse(value);
    } catch {
      // Left as it is, the schema behind says what is wrong with it.
      return value;
    }
  }, schema);

const Parameters = z.strictObject({
  placement: text.optional(),
  decision: text.optional(),
  labelSelector: fromText(LabelSelectorSpec.strict()).optional(),
  namespace: text.optional(),
  decisionGroup: text.optional(),
  values: fromText(z.record(z.string(), text)).optional(),
  onUnmatched: z.enum(['drop', 'error', 'emit']).default('error'),
  onEmpty: z.enum(['error', 'allow']).default('error'),
  maxRemovalPercent: z.preprocess(
    (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
    z.int().min(0).max(100).default(100),
  ),
  format: z.enum(['compat']).default('compat'),
});

const Body = z.object({
  applicationSetName: z.string().default(''),
  input: z.object({ parameters: Parameters }),
});

/** What an ApplicationSet asks for. */
export type Question = z.infer<typeof Parameters> & {
  readonly namespace: string;
  /** Named by the caller; not unique and not proven. */
  readonly applicationSet: string;
};

/** Throws a Refusal that names the field. */
export function parseQuestion(body: unknown, defaultNamespace: string): Question {
  const { success, data, error } = Body.safeParse(body);
  if (!success) throw new Refusal(400, describe(error));
  const { applicationSetName, input } = data;
  const question = input.parameters;
  const subjects = (['placement', 'decision', 'labelSelector'] as const).filter((name) => !isBlank(question[name]));
  if (subjects.length !== 1) {
    const given = subjects.length === 0 ? 'none is given' : `given are ${subjects.join(' and ')}`;
    throw new Refusal(400, `input.parameters: exactly one of placement, decision, labelSelector is needed, ${given}`);
  }
  return { ...question, namespace: question.namespace || defaultNamespace, applicationSet: applicationSetName };
}

const isBlank = (value: unknown): boolean =>
  value === undefined ||
  value === '' ||
  // An empty selector would select every decision of the namespace; Argo CD's own generator refuses it too.
  (typeof value === 'object' && value !== null && Object.values(value).every((member) => member === undefined));

function describe(error: z.ZodError): string {
  const [first] = error.issues;
  if (!first) return 'the request is malformed';
  const path = first.path.length > 0 ? first.path.join('.') : 'body';
  return `${path}: ${first.message}`;
}
