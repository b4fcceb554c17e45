import { evaluateCondition } from '../apimachinery/cel/condition-expression.js';
import type { Cel } from './condition-rules.js';

export const celOf = (): Cel => evaluateCondition;
