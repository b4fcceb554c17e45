/** What is wrong with a name, in Kubernetes' words; empty when nothing is. */
export type NameRule = (text: string) => string[];

const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const DNS1123_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const DNS1123_SUBDOMAIN = `${DNS1123_LABEL}(\\.${DNS1123_LABEL})*`;

interface Pattern {
  readonly pattern: string;
  readonly regexp: RegExp;
  readonly maxBytes: number;
  readonly rule: string;
  readonly examples: readonly string[];
}

const patternOf = (pattern: string, maxBytes: number, rule: string, ...examples: string[]): Pattern => ({
  pattern,
  regexp: new RegExp(`^${pattern}$`),
  maxBytes,
  rule,
  examples,
});

const explain = ({ rule, pattern, examples }: Pattern): string =>
  `${rule} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`;

const atMost = (bytes: number): string => `must be no more than ${bytes} bytes`;
const isLonger = (text: string, bytes: number): boolean => text.length > bytes || Buffer.byteLength(text) > bytes;

const ruleOf =
  (pattern: Pattern): NameRule =>
  (text) => [
    ...(isLonger(text, pattern.maxBytes) ? [atMost(pattern.maxBytes)] : []),
    ...(pattern.regexp.test(text) ? [] : [explain(pattern)]),
  ];

const subdomain = patternOf(
  DNS1123_SUBDOMAIN,
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  'example.com',
);

const label = patternOf(
  DNS1123_LABEL,
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  'my-name',
  '123-abc',
);

const labelKey = patternOf(
  LABEL_KEY,
  63,
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  'MyName',
  'my.name',
  '123-abc',
);

export const dns1123SubdomainProblems: NameRule = ruleOf(subdomain);

export const dns1123LabelProblems: NameRule = (text) => [
  ...(isLonger(text, label.maxBytes) ? [atMost(label.maxBytes)] : []),
  ...(label.regexp.test(text) ? [] : [subdomain.regexp.test(text) ? 'must not contain dots' : explain(label)]),
];

export const dns1035LabelProblems: NameRule = ruleOf(
  patternOf(
    DNS1035_LABEL,
    63,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    'my-name',
    'abc-123',
  ),
);

export const labelValueProblems: NameRule = ruleOf(
  patternOf(
    `(${LABEL_KEY})?`,
    63,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    'MyValue',
    'my_value',
    '12345',
  ),
);

/** Label keys, annotation keys (in lower case) and finalizers. */
export const labelKeyProblems: NameRule = (text) => {
  const parts = text.split('/');
  const [first = '', second] = parts;
  if (parts.length > 2) {
    return [
      `a valid label key ${explain(labelKey)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  return second === undefined ? namePartProblems(first) : [...prefixProblems(first), ...namePartProblems(second)];
};

const prefixProblems: NameRule = (prefix) =>
  prefix === ''
    ? ['prefix part must be non-empty']
    : dns1123SubdomainProblems(prefix).map((problem) => `prefix part ${problem}`);

function namePartProblems(name: string): string[] {
  const size =
    name === '' ? ['must be non-empty'] : isLonger(name, labelKey.maxBytes) ? [atMost(labelKey.maxBytes)] : [];
  const shape = labelKey.regexp.test(name) ? [] : [explain(labelKey)];
  return [...size, ...shape].map((problem) => `name part ${problem}`);
}

/** Names of kinds without a stricter rule: what may stand in a URL path. */
export const pathSegmentProblems: NameRule = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%']
    .filter((character) => text.includes(character))
    .map((character) => `may not contain '${character}'`);
};
