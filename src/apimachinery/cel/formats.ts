import { memberOf } from '../json.js';
import {
  dns1035LabelProblems,
  dns1123LabelProblems,
  dns1123SubdomainProblems,
  labelKeyProblems,
  labelValueProblems,
  type NameRule,
} from '../names.js';
import { type Cost, type Declaration, declare, sizeAt } from './library.js';
import { parseTimestamp } from './time.js';
import { CelError, Opaque, Optional, ValueList } from './value.js';

class NamedFormat extends Opaque {
  readonly celType = 'kubernetes.NamedFormat';
  readonly formatName: string;
  readonly rule: NameRule;

  constructor(formatName: string, rule: NameRule) {
    super();
    this.formatName = formatName;
    this.rule = rule;
  }

  equals(other: Opaque): boolean {
    return other instanceof NamedFormat && other.formatName === this.formatName;
  }
}

/** A prefix may end in a dash, which generateName continues. */
const prefixOf =
  (rule: NameRule): NameRule =>
  (text) =>
    rule(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);

const byPattern =
  (pattern: RegExp, problem: string): NameRule =>
  (text) =>
    pattern.test(text) ? [] : [problem];

const asTime =
  (suffix: string, problem: string): NameRule =>
  (text) => {
    try {
      parseTimestamp(`${text}${suffix}`);
      return [];
    } catch (error) {
      if (error instanceof CelError) return [problem];
      throw error;
    }
  };

const isUri: NameRule = (text) =>
  URL.canParse(text) || text.startsWith('/') ? [] : [`parse ${JSON.stringify(text)}: invalid URI for request`];

const FORMATS: Readonly<Record<string, NameRule>> = {
  dns1123Label: dns1123LabelProblems,
  dns1123Subdomain: dns1123SubdomainProblems,
  dns1035Label: dns1035LabelProblems,
  dns1123LabelPrefix: prefixOf(dns1123LabelProblems),
  dns1123SubdomainPrefix: prefixOf(dns1123SubdomainProblems),
  dns1035LabelPrefix: prefixOf(dns1035LabelProblems),
  qualifiedName: labelKeyProblems,
  labelValue: labelValueProblems,
  uri: isUri,
  uuid: byPattern(
    /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/,
    'does not match the UUID format',
  ),
  byte: byPattern(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'invalid base64'),
  date: asTime('T00:00:00Z', 'invalid date'),
  datetime: asTime('', 'invalid datetime'),
};

/** As for a pattern of the length Kubernetes' formats have. */
const REGEX_COST: Readonly<Record<string, number>> = { dns1123Label: 8, dns1123Subdomain: 15, dns1035Label: 8 };
const OTHER_REGEX_COST = 18;

const validating: Cost = (args) => {
  const [format] = args;
  const regex = format instanceof NamedFormat ? REGEX_COST[format.formatName] : undefined;
  return Math.ceil((1 + sizeAt(args, 1)) * 0.1) * (regex ?? OTHER_REGEX_COST);
};

export const NAMED_FORMATS: readonly Declaration[] = [
  ...Object.entries(FORMATS).map(([name, rule]) =>
    declare(`format.${name}(): kubernetes.NamedFormat`, () => new NamedFormat(name, rule)),
  ),
  declare('format.named(string): optional(kubernetes.NamedFormat)', (name: string) => {
    const rule = memberOf(FORMATS, name);
    return rule ? Optional.of(new NamedFormat(name, rule)) : Optional.none;
  }),
  declare(
    '(kubernetes.NamedFormat).validate(string): optional(list(string))',
    (format: NamedFormat, text: string) => {
      const problems = format.rule(text);
      return problems.length === 0 ? Optional.none : Optional.of(new ValueList(problems));
    },
    validating,
  ),
];
