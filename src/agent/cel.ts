import type { Cel } from './condition-rules.js';

/** CEL rules are refused with a reason until an evaluator is given. */
export const celOf = (): Cel => () => ({ kind: 'error', message: 'CEL expressions are not evaluated by this agent' });
