import { pathSegmentProblems } from '../../../apimachinery/names.js';
import type { Cause } from '../../status-error.js';
import { invalidValue } from './causes.js';
import { validateRequired, validateSubdomain } from './name-checks.js';

export interface ObjectReference {
  apiGroup?: string | null;
  kind?: string;
  name?: string;
}

export const validatePathSegment = (text: string, field: string): Cause[] =>
  pathSegmentProblems(text).map((problem) => invalidValue(field, text, problem));

/** A reference to an object of any kind: all of it goes into a path. */
export const validateReference = ({ apiGroup, kind, name }: ObjectReference, field: string): Cause[] => [
  ...(typeof apiGroup === 'string' ? validateSubdomain(apiGroup, `${field}.apiGroup`) : []),
  ...validateRequired(kind, `${field}.kind`, validatePathSegment),
  ...validateRequired(name, `${field}.name`, validatePathSegment),
];
