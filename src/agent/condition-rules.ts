import type { NewCondition } from '../api/conditions.js';
import type { ConditionRule } from '../api/manifest-config.js';
import type { Unstructured } from '../api/meta.js';

export type CelAnswer =
  | { readonly kind: 'value'; readonly value: unknown; readonly type: string; readonly cost: number }
  | { readonly kind: 'error'; readonly message: string };

/** Evaluates one CEL expression; never throws. Stops at `maxCost`. */
export type Cel = (expression: string, variables: Readonly<Record<string, unknown>>, maxCost: number) => CelAnswer;

const EXPRESSION_COST = 1_000_000;
const MANIFEST_COST = 10_000_000;

/** Starts the reason of every condition that comes from a rule. */
export const RULE_REASON = 'ConditionRule';

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: 'ConditionRuleEvaluated' | 'ConditionRuleExpressionError';
  readonly message?: string;
}

const failed = (message: string): Verdict => ({ status: 'False', reason: 'ConditionRuleExpressionError', message });
const evaluated = (holds: boolean, message?: string): Verdict => ({
  status: holds ? 'True' : 'False',
  reason: 'ConditionRuleEvaluated',
  ...(message === undefined ? {} : { message }),
});

interface StatusOfWorkload {
  readonly phase?: string;
  readonly conditions?: readonly { readonly type?: string; readonly status?: string }[];
}

/** Undefined when the kind or the condition is not one of the well-known. */
function wellKnown(condition: string, object: Unstructured): Verdict | undefined {
  if (condition !== 'Complete') return undefined;
  // What a Job or Pod reports; members are read as optional.
  const status = (object.status ?? {}) as StatusOfWorkload;
  switch (`${object.apiVersion} ${object.kind}`) {
    case 'batch/v1 Job': {
      const finished = (status.conditions ?? []).some(
        ({ type, status: holds }) => (type === 'Complete' || type === 'Failed') && holds === 'True',
      );
      return evaluated(finished, finished ? 'Job is finished' : 'Job is not finished');
    }
    case 'v1 Pod':
      return evaluated(
        status.phase === 'Succeeded' || status.phase === 'Failed',
        `Pod is in phase ${status.phase ?? ''}`,
      );
    default:
      return undefined;
  }
}

function celVerdict(rule: ConditionRule, object: Unstructured, cel: Cel, budget: { left: number }): Verdict {
  for (const expression of rule.celExpressions ?? []) {
    const answer = cel(expression, { object }, EXPRESSION_COST);
    if (answer.kind === 'error') return failed(answer.message);
    budget.left -= answer.cost;
    if (budget.left < 0) return failed('CEL evaluation budget exceeded');
    if (typeof answer.value !== 'boolean') return failed(`expected bool result, got ${answer.type}`);
    if (!answer.value) return evaluated(false);
  }
  return evaluated(true);
}

function messageOf(rule: ConditionRule, verdict: Verdict, object: Unstructured, cel: Cel): string {
  if (verdict.reason === 'ConditionRuleExpressionError') return verdict.message ?? '';
  const result = verdict.status === 'True';
  if (rule.messageExpression) {
    const answer = cel(rule.messageExpression, { object, result }, Number.POSITIVE_INFINITY);
    if (answer.kind === 'error') return answer.message.split('\n')[0] ?? '';
    if (typeof answer.value === 'string' && answer.value !== '') return answer.value;
  }
  return rule.message || verdict.message || `Manifest is ${result ? '' : 'not '}${rule.condition}`;
}

/** The conditions that the rules of one manifest derive from its live object. */
export function ruleConditions(
  rules: readonly ConditionRule[],
  object: Unstructured,
  generation: number,
  cel: Cel,
): NewCondition[] {
  const budget = { left: MANIFEST_COST };
  return rules.flatMap((rule) => {
    const verdict = rule.type === 'CEL' ? celVerdict(rule, object, cel, budget) : wellKnown(rule.condition, object);
    if (!verdict) return [];
    return {
      type: rule.condition,
      status: verdict.status,
      reason: verdict.reason,
      message: messageOf(rule, verdict, object, cel),
      observedGeneration: generation,
    };
  });
}
