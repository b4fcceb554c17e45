import type { FieldError } from '../apimachinery/structural/field-error.js';
import type { Cause } from './status-error.js';

/** A field error as a `Status` tells it. */
export const causeOf = ({ type, message, field }: FieldError): Cause => ({ reason: type, message, field });

export type Options = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions' | 'ListOptions';
