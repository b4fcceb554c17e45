import type { FieldError } from '../apimachinery/structural/field-error.js';
import { type Cause, invalid, type StatusError } from './status-error.js';

/** A field error as a `Status` tells it. */
export const causeOf = ({ type, message, field }: FieldError): Cause => ({ reason: type, message, field });

export type Options = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions' | 'ListOptions';

/** Query parameters are options objects to Kubernetes. */
export const invalidOption = (options: Options, problem: FieldError): StatusError =>
  invalid({ group: 'meta.k8s.io', plural: '', kind: options }, '', [causeOf(problem)]);
