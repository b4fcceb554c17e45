import test from 'ava';
import fc from 'fast-check';
import { parseFieldSelector } from '../../src/apimachinery/field-selector.js';
import type { Labels } from '../../src/apimachinery/requirement.js';
import { type LabelSelectorObject, labelSelectorFrom, parseLabelSelector } from '../../src/apimachinery/selector.js';

const matching = test.macro({
  exec(t, text: string, yes: readonly Labels[], no: readonly Labels[]) {
    const selector = parseLabelSelector(text);
    for (const labels of yes) t.true(selector.matches(labels), `${text} should match ${JSON.stringify(labels)}`);
    for (const labels of no) t.false(selector.matches(labels), `${text} should not match ${JSON.stringify(labels)}`);
  },
  title: (_, text) => `the selector ${JSON.stringify(text)} matches as in Kubernetes`,
});

test(matching, '', [{}, { a: '1' }], []);
test(matching, 'a=1', [{ a: '1', b: '2' }], [{}, { a: '2' }]);
test(matching, 'a==1', [{ a: '1' }], [{ a: '' }]);
test(matching, 'a!=1', [{}, { a: '2' }], [{ a: '1' }]);
test(matching, 'a=', [{ a: '' }], [{}, { a: '1' }]);
test(matching, 'a', [{ a: '' }, { a: '1' }], [{}, { b: '1' }]);
test(matching, '!a', [{}, { b: '1' }], [{ a: '' }]);
test(matching, ' a in ( x , y ) , b ', [{ a: 'x', b: '' }], [{ a: 'z', b: '' }, { a: 'x' }]);
test(matching, 'a notin (x,y)', [{}, { a: 'z' }], [{ a: 'x' }]);
test(matching, 'a in (,x)', [{ a: '' }, { a: 'x' }], [{}]);
test(matching, 'a>5,a<10', [{ a: '6' }], [{ a: '5' }, { a: '10' }, { a: 'x' }, {}]);
test(matching, 'in in (in,notin)', [{ in: 'notin' }], [{ in: 'a' }]);
test(matching, 'constructor', [{ constructor: 'x' }], [{}]);
test(matching, 'example.com/role=db', [{ 'example.com/role': 'db' }], [{ role: 'db' }]);

const refused = test.macro({
  exec(t, text: string, message: string) {
    t.throws(() => parseLabelSelector(text), { name: 'SelectorError', message });
  },
  title: (_, text) => `the selector ${JSON.stringify(text)} is refused in the words of Kubernetes`,
});

const NAME =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

test(refused, 'a=1,', "found '', expected: identifier after ','");
test(refused, ',a', "found ',', expected: !, identifier, or 'end of string'");
test(refused, 'a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
test(refused, 'a in x', "unable to parse requirement: found 'x' expected: '('");
test(refused, 'a in (x', "unable to parse requirement: found '', expected: ',' or ')'");
test(refused, 'a=b c', "found 'c', expected: ',' or 'end of string'");
test(refused, '-a=1', `unable to parse requirement: <nil>: Invalid value: "-a": name part ${NAME}`);
test(
  refused,
  'a>x',
  "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
);

const fromObject = test.macro({
  exec(t, selector: LabelSelectorObject | undefined, text: string) {
    t.is(labelSelectorFrom(selector).toString(), text);
  },
  title: (title) => `${title} has a canonical text`,
});

test('no selector', fromObject, undefined, '<nothing>');
test('an empty selector', fromObject, {}, '');
test(
  'a full selector',
  fromObject,
  {
    matchLabels: { b: '1' },
    matchExpressions: [
      { key: 'd', operator: 'NotIn', values: ['y', 'x', 'y'] },
      { key: 'a', operator: 'Exists' },
      { key: 'c', operator: 'DoesNotExist', values: [] },
    ],
  },
  'a,b=1,!c,d notin (x,y)',
);

test('no selector matches nothing, an empty one everything', (t) => {
  t.false(labelSelectorFrom(undefined).matches({}));
  t.true(labelSelectorFrom({}).matches(undefined));
});

const refusedObject = test.macro({
  exec(t, selector: LabelSelectorObject, message: string | RegExp) {
    t.throws(() => labelSelectorFrom(selector), { name: 'SelectorError', message });
  },
  title: (title) => `${title} is refused in the words of Kubernetes`,
});

const expression = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

test(
  'an unknown operator',
  refusedObject,
  expression('a', 'Contains', 'b'),
  '"Contains" is not a valid label selector operator',
);
test(
  'In without values',
  refusedObject,
  expression('a', 'In'),
  "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
);
test(
  'Exists with values',
  refusedObject,
  expression('a', 'Exists', 'x'),
  'values: Invalid value: ["x"]: values set must be empty for exists and does not exist',
);
test(
  'a bad value',
  refusedObject,
  { matchLabels: { product: 'Red Hat' } },
  "values[0][product]: Invalid value: \"Red Hat\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
);
test(
  'several problems',
  refusedObject,
  expression('-a', 'In', 'b c'),
  /^\[key: Invalid value: "-a": .*, values\[0\]\[-a\]: Invalid value: "b c": .*\]$/,
);

const name = fc.stringMatching(/^[a-z]([a-z0-9._-]{0,8}[a-z0-9])?$/);
const requirementText = fc.oneof(
  name,
  name.map((key) => `!${key}`),
  fc.tuple(name, fc.constantFrom('=', '==', '!='), name).map((parts) => parts.join('')),
  fc
    .tuple(name, fc.constantFrom('in', 'notin'), fc.array(name, { minLength: 1, maxLength: 3 }))
    .map(([key, operator, values]) => `${key} ${operator} (${values.join(',')})`),
);

test('parsing the printed form of a selector gives the same selector', (t) => {
  fc.assert(
    fc.property(fc.array(requirementText, { maxLength: 4 }), fc.dictionary(name, name), (texts, labels) => {
      const first = parseLabelSelector(texts.join(','));
      const second = parseLabelSelector(first.toString());
      t.is(second.toString(), first.toString());
      t.is(second.matches(labels), first.matches(labels));
    }),
  );
});

const fields = test.macro({
  exec(t, text: string, expected: readonly [string, string, string][]) {
    t.deepEqual(
      parseFieldSelector(text).requirements.map(({ field, operator, value }) => [field, operator, value]),
      expected,
    );
  },
  title: (_, text) => `the field selector ${JSON.stringify(text)} is read as in Kubernetes`,
});

test(fields, '', []);
test(fields, 'metadata.name=a,status.phase!=Running', [
  ['metadata.name', '=', 'a'],
  ['status.phase', '!=', 'Running'],
]);
test(fields, 'a==b\\,c\\=d\\\\', [['a', '=', 'b,c=d\\']]);
test(fields, 'a=', [['a', '=', '']]);

test('field selectors match, print and are refused', (t) => {
  const selector = parseFieldSelector('metadata.name=a\\,b,spec.x!=1');
  t.true(selector.matches((field) => ({ 'metadata.name': 'a,b' })[field]));
  t.false(selector.matches((field) => ({ 'metadata.name': 'a,b', 'spec.x': '1' })[field]));
  t.is(selector.toString(), 'metadata.name=a\\,b,spec.x!=1');
  t.is(selector.exact('metadata.name'), 'a,b');
  t.is(selector.exact('spec.x'), undefined);
  t.throws(() => parseFieldSelector('abc'), { message: "invalid selector: 'abc'; can't understand 'abc'" });
  t.throws(() => parseFieldSelector('a=b\\x'), { message: 'invalid field selector: invalid escape sequence: \\x' });
});
