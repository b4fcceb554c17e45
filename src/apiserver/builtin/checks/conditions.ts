import type { Cause } from '../../status-error.js';
import type { Condition } from '../model/typed.js';
import { duplicate, invalidValue, required, tooLong, unsupported } from './causes.js';
import { validateQualifiedName } from './name-checks.js';

const STATUSES = ['False', 'True', 'Unknown'];
const REASON = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const BAD_REASON =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";
const MAX_REASON = 1024;
const MAX_MESSAGE = 32 * 1024;

/** Conditions as meta/v1 has them. */
export const validateConditions = (conditions: readonly Condition[], field: string): Cause[] =>
  conditions.flatMap((condition, at) => {
    const isDoubled = conditions.findIndex(({ type }) => type === condition.type) < at;
    return [
      ...(isDoubled ? [duplicate(`${field}[${at}].type`, condition.type)] : []),
      ...validateCondition(condition, `${field}[${at}]`),
    ];
  });

function validateCondition(condition: Condition, field: string): Cause[] {
  const { type, status, reason = '', message = '', observedGeneration, lastTransitionTime } = condition;
  return [
    ...validateQualifiedName(type, `${field}.type`),
    ...(STATUSES.includes(status) ? [] : [unsupported(`${field}.status`, status, STATUSES)]),
    ...(typeof observedGeneration === 'number' && observedGeneration < 0
      ? [invalidValue(`${field}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero')]
      : []),
    ...(lastTransitionTime ? [] : [required(`${field}.lastTransitionTime`)]),
    ...validateReason(reason, `${field}.reason`),
    ...(Buffer.byteLength(message) > MAX_MESSAGE ? [tooLong(`${field}.message`, MAX_MESSAGE)] : []),
  ];
}

function validateReason(reason: string, field: string): Cause[] {
  if (reason === '') return [required(field)];
  return [
    ...(REASON.test(reason) ? [] : [invalidValue(field, reason, BAD_REASON)]),
    ...(Buffer.byteLength(reason) > MAX_REASON ? [tooLong(field, MAX_REASON)] : []),
  ];
}
