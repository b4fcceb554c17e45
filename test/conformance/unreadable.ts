import { JSON_PATCH, MERGE, type Place } from './fixture.js';
import { BAD, INVALID, type Refusal } from './refusal.js';

/** Bodies that are no JSON, and where they cease to be. */
const FAULTS: Readonly<Record<string, string>> = {
  '': 'unexpected end of JSON input',
  '{"a":"b': 'unexpected end of JSON input',
  'a: b': "invalid character 'a' looking for beginning of value",
  '{a:1}': "invalid character 'a' looking for beginning of object key string",
  '{"a":1,}': "invalid character '}' looking for beginning of object key string",
  '{"a" 1}': "invalid character '1' after object key",
  '{"a":1]': "invalid character ']' after object key:value pair",
  '[01]': "invalid character '1' after array element",
  '{"a":1}x': "invalid character 'x' after top-level value",
  '{"a":"\n"}': "invalid character '\\n' in string literal",
  '"\\x"': "invalid character 'x' in string escape code",
  '"\\u00g0"': "invalid character 'g' in \\u hexadecimal character escape",
  '-x': "invalid character 'x' in numeric literal",
  '1."': `invalid character '"' after decimal point in numeric literal`,
  "2e+'": "invalid character '\\'' in exponent of numeric literal",
  nil: "invalid character 'i' in literal null (expecting 'u')",
  tru: "invalid character ' ' in literal true (expecting 'e')",
  é: "invalid character 'Ã' looking for beginning of value",
};

const patch = (body: unknown, type: string, rest: Omit<Refusal, 'method' | 'path' | 'call'>, query = ''): Refusal => ({
  method: 'PATCH',
  path: ({ configMaps }: Place) => `${configMaps}/taken${query}`,
  call: { body, type },
  ...rest,
});

const LENIENT = '?fieldValidation=Ignore';
const NO_OBJECT = /json parse error: json: cannot unmarshal array into Go value of type struct \{/;
const UNPROCESSABLE = 'the server rejected our request due to an error in our request';

export const UNREADABLE_REFUSALS: Readonly<Record<string, Refusal>> = {
  ...Object.fromEntries(
    Object.entries(FAULTS).map(([body, fault]) => [
      `the patch ${JSON.stringify(body)}`,
      patch(body, MERGE, { ...BAD, message: `error decoding patch: ${fault}` }),
    ]),
  ),
  'a merge patch that is no JSON, where unknown fields are ignored': patch(
    '{',
    MERGE,
    { ...BAD, message: 'Invalid JSON Patch' },
    LENIENT,
  ),
  'a merge patch that is a list, where unknown fields are ignored': patch(
    '[]',
    MERGE,
    { ...INVALID, message: NO_OBJECT, causes: ['patch'] },
    LENIENT,
  ),
  'a JSON patch that puts a list where the object is': patch([{ op: 'replace', path: '', value: [] }], JSON_PATCH, {
    ...INVALID,
    message: NO_OBJECT,
    causes: ['patch'],
  }),
  'a JSON patch with a null among its operations': patch([null], JSON_PATCH, { ...INVALID, message: UNPROCESSABLE }),
  'a JSON patch with an operation that is a number': patch([{ op: 1 }], JSON_PATCH, {
    ...BAD,
    message: 'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string',
  }),
};
