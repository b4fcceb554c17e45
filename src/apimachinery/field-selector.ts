import { SelectorError } from './requirement.js';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[];
  /** `fieldValue` gives the value at a field path, `undefined` when absent, which counts as the empty string. */
  matches(fieldValue: (field: string) => string | undefined): boolean;
  /** The value a field must have, when the selector asks for one exactly. */
  exact(field: string): string | undefined;
  toString(): string;
}

/** Reads `metadata.name=a,status.phase!=Running`; a backslash escapes `,`, `=` and itself in a value. Throws `SelectorError`. */
export function parseFieldSelector(text: string): FieldSelector {
  const requirements = splitTerms(text)
    // The first requirement of a field counts where one is asked for, and the first that is wrong is told.
    .sort()
    .filter((term) => term !== '')
    .map((term) => readTerm(term, text))
    .filter(({ field, value }) => field !== '' || value !== '');
  return Object.freeze({
    requirements,
    matches: (fieldValue: (field: string) => string | undefined) =>
      requirements.every(({ field, operator, value }) => ((fieldValue(field) ?? '') === value) === (operator === '=')),
    exact: (wanted: string) => requirements.find(({ field, operator }) => field === wanted && operator === '=')?.value,
    toString: () => requirements.map(({ field, operator, value }) => `${field}${operator}${escaped(value)}`).join(','),
  });
}

const escaped = (value: string): string => value.replace(/[\\,=]/g, '\\$&');

/** At commas without a backslash before them. */
const splitTerms = (text: string): string[] => text.match(/(?:\\[\s\S]|[^,\\]|\\$)+/g) ?? [];

function readTerm(term: string, selector: string): FieldRequirement {
  const parts = /^([^=!]*(?:!(?!=)[^=!]*)*)(!=|==|=)([\s\S]*)$/.exec(term);
  if (!parts) throw new SelectorError(`invalid selector: '${selector}'; can't understand '${term}'`);
  const [, field = '', symbol, value = ''] = parts;
  return { field, operator: symbol === '!=' ? '!=' : '=', value: unescaped(value) };
}

function unescaped(value: string): string {
  return value.replace(/\\([\s\S]?)|[,=]/g, (found, character: string | undefined) => {
    if (character === undefined) {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${found.charCodeAt(0)}`);
    }
    if (!['\\', ',', '='].includes(character)) {
      throw new SelectorError(`invalid field selector: invalid escape sequence: ${found}`);
    }
    return character;
  });
}
