import {
  dns1123LabelProblems,
  dns1123SubdomainProblems,
  labelKeyProblems,
  labelValueProblems,
  type NameRule,
} from '../../../apimachinery/names.js';
import type { Cause } from '../../status-error.js';
import type { Labels } from '../model/typed.js';
import { invalidValue, required } from './causes.js';

/** What the metadata of an object counts in bytes, the checks of its other fields call characters. */
const about =
  (rule: NameRule) =>
  (text: string, field: string): Cause[] =>
    rule(text).map((problem) =>
      invalidValue(field, text, problem.replace(/(?<=no more than \d+ )bytes$/, 'characters')),
    );

export const validateSubdomain = about(dns1123SubdomainProblems);
export const validateLabel = about(dns1123LabelProblems);
/** As label keys are: `name` or `example.com/name`. */
export const validateQualifiedName = about(labelKeyProblems);

/** A map of labels that an object selects by. */
export const validateLabels = (labels: Labels, field: string): Cause[] =>
  Object.entries(labels).flatMap(([key, value]) => [
    ...labelKeyProblems(key).map((problem) => invalidValue(field, key, problem)),
    ...labelValueProblems(value).map((problem) => invalidValue(field, value, problem)),
  ]);

/** By the rule of keys in lower case. */
export const validateAnnotations = (annotations: Labels, field: string): Cause[] =>
  Object.keys(annotations).flatMap((key) =>
    labelKeyProblems(key.toLowerCase()).map((problem) => invalidValue(field, key, problem)),
  );

export const validateRequired = (
  text: string | undefined,
  field: string,
  rule: (text: string, field: string) => Cause[],
): Cause[] => (text ? rule(text, field) : [required(field)]);

const PORT_NAME_RULES: readonly (readonly [breaks: (name: string) => boolean, why: string])[] = [
  [(name) => Buffer.byteLength(name) > 15, 'must be no more than 15 characters'],
  [(name) => !/^[-a-z0-9]+$/.test(name), 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'],
  [(name) => !/[a-z]/.test(name), 'must contain at least one letter (a-z)'],
  [(name) => name.includes('--'), 'must not contain consecutive hyphens'],
  [(name) => /^-|-$/.test(name), 'must not begin or end with a hyphen'],
];

export const validatePortName = (name: string, field: string): Cause[] =>
  PORT_NAME_RULES.flatMap(([breaks, why]) => (breaks(name) ? [invalidValue(field, name, why)] : []));

export const validatePortNumber = (port: number, field: string): Cause[] =>
  port >= 1 && port <= 65535 ? [] : [invalidValue(field, port, 'must be between 1 and 65535, inclusive')];

export const validatePort = (port: number | string, field: string): Cause[] =>
  typeof port === 'number' ? validatePortNumber(port, field) : validatePortName(port, field);

const WILDCARD =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

export const validateWildcard = (host: string, field: string): Cause[] => [
  ...(Buffer.byteLength(host) > 253 ? [invalidValue(field, host, 'must be no more than 253 characters')] : []),
  ...(/^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(host)
    ? []
    : [invalidValue(field, host, WILDCARD)]),
];
