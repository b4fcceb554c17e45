import type { NameRule } from './kind.js';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const RFC1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const RFC1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

const tooLong = (max: number): string => `must be no more than ${max} characters`;

function pathSegment(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
}

const pattern =
  (regexp: RegExp, max: number, text: string) =>
  (name: string): readonly string[] => [
    ...(name.length > max ? [tooLong(max)] : []),
    ...(regexp.test(name) ? [] : [text]),
  ];

const RULES: Readonly<Record<NameRule, (name: string) => readonly string[]>> = {
  label: pattern(LABEL, 63, LABEL_TEXT),
  subdomain: pattern(SUBDOMAIN, 253, SUBDOMAIN_TEXT),
  rfc1035: pattern(RFC1035, 63, RFC1035_TEXT),
  'path-segment': pathSegment,
};

/** What is wrong with a name, in Kubernetes' words; empty when nothing is. */
export const nameProblems = (rule: NameRule, name: string): readonly string[] => RULES[rule](name);

const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** Of a label or annotation key, or a finalizer. */
export function qualifiedNameProblems(key: string): readonly string[] {
  const parts = key.split('/');
  const example =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
  if (parts.length > 2) {
    return [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
  const name = parts.at(-1) ?? '';
  const problems: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...RULES.subdomain(prefix).map((text) => `prefix part ${text}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${tooLong(63)}`);
  if (!QUALIFIED.test(name)) problems.push(example);
  return problems;
}

export function labelValueProblems(value: string): readonly string[] {
  return [
    ...(value.length > 63 ? [tooLong(63)] : []),
    ...(VALUE.test(value)
      ? []
      : [
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ]),
  ];
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** `generateName` with five characters appended, cut so that the result fits a label. */
export function generateName(base: string): string {
  let suffix = '';
  for (let index = 0; index < 5; index += 1) suffix += ALPHABET[Math.floor(Math.random() * ALPHABET.length)];
  return base.slice(0, 58) + suffix;
}
