import test from 'ava';
import { parseBarePath, parseJsonPath, printResults } from '../../src/apimachinery/json-path.js';

const object = {
  metadata: {
    name: 'web',
    labels: { 'app.kubernetes.io/name': 'web', 'a b': 'c' },
  },
  spec: { replicas: 3, ratio: 0.5, paused: true, empty: [], none: null, selector: { b: '2', a: '1' } },
  list: ['a', 'b', 'c', 'd'],
  containers: [
    { name: 'one', image: 'i1', ports: [1, 2] },
    { name: 'two', image: 'i2', ports: [3] },
    { name: 'three', weight: 7 },
  ],
  status: {
    conditions: [
      { type: 'Ready', status: 'False' },
      { type: 'Available', status: 'True' },
    ],
  },
};

const found = test.macro({
  exec(t, path: string, expected: readonly unknown[]) {
    t.deepEqual(parseBarePath(path).find(object), [...expected]);
  },
  title: (_, path) => `${path} finds what kubectl finds`,
});

test(found, '.metadata.name', ['web']);
test(found, '$.metadata.name', ['web']);
test(found, '@.metadata.name', ['web']);
test(found, '.spec.replicas', [3]);
test(found, '.spec.none', [null]);
test(found, '.spec.nope.deeper', []);
test(found, '.spec.selector', [{ b: '2', a: '1' }]);
test(found, '.spec.selector.*', ['1', '2']);
test(found, '.metadata.labels.app\\.kubernetes\\.io/name', ['web']);
test(found, ".metadata.labels['app\\.kubernetes\\.io/name']", ['web']);
test(found, '.list[0]', ['a']);
test(found, '.list[-1]', ['d']);
test(found, '.list[-1:]', ['d']);
test(found, '.list[1:3]', ['b', 'c']);
test(found, '.list[:2]', ['a', 'b']);
test(found, '.list[0:4:2]', ['a', 'c']);
test(found, '.list[::2]', ['a', 'c']);
test(found, '.list[*]', ['a', 'b', 'c', 'd']);
test(found, '.list[0,2]', ['a', 'c']);
test(found, '.spec.empty[*]', []);
test(found, '.containers[*].name', ['one', 'two', 'three']);
test(found, '.containers[*].ports[*]', [1, 2, 3]);
test(found, ".containers[*]['name','image']", ['one', 'two', 'three', 'i1', 'i2']);
test(found, '.containers[?(@.name=="two")].image', ['i2']);
test(found, ".containers[?(@.name=='two')].image", ['i2']);
test(found, '.containers[?(@.name!="two")].name', ['one', 'three']);
test(found, '.containers[?(@.weight)].name', ['three']);
test(found, '.containers[?(@.weight > 5)].name', ['three']);
test(found, '.containers[?(@.weight<=6)].name', []);
test(found, '.status.conditions[?(@.type=="Available")].status', ['True']);
test(found, '.status.conditions[?(@.type==")")].status', []);
test(found, '.nothing[?(@.type=="Available")].status', []);
// Recursive descent visits members by name: containers before metadata.
test(found, '..name', ['one', 'two', 'three', 'web']);
test(found, '.status..status', ['False', 'True']);
test(found, '', [object]);

const fails = test.macro({
  exec(t, path: string, message: string) {
    t.throws(() => parseBarePath(path).find(object), { name: 'JsonPathError', message });
  },
  title: (_, path) => `${path} is refused as by kubectl`,
});

test(fails, '.list[0', 'unterminated array');
test(fails, '.list[x]', 'invalid array index x');
test(fails, '.list[9]', 'array index out of bounds: index 9, length 4');
test(fails, '.list[3:1]', 'starting index 3 is greater than ending index 1');
test(fails, '.spec.replicas[0]', 'int64 is not array or slice');
test(fails, '.list[?(@.a=="b"]', 'unterminated filter');
test(fails, '.list[?(@.a=="b")', 'unclosed array expect ]');
test(fails, '.a]', "unrecognized character in action: U+005D ']'");
test(fails, 'metadata.name', 'unrecognized identifier metadata');
test(fails, '.spec.ratio foo', 'unrecognized identifier foo');
test(fails, '.containers[?(@.weight=="x")]', 'incompatible types for comparison');

test('a missing key is an error unless it is allowed', (t) => {
  t.throws(() => parseJsonPath('{.spec.nope}').find(object), { message: 'nope is not found' });
  t.deepEqual(parseJsonPath('{.spec.nope}', { allowMissingKeys: true }).find(object), []);
});

test('a template mixes text, paths and ranges', (t) => {
  const template = parseJsonPath('{range .containers[*]}{.name}={.image};{end}{.list[0]}!', { allowMissingKeys: true });
  t.deepEqual(template.results(object).map(printResults).join(''), 'one=i1;two=i2;three=;a!');
});

test('ranges nest, and an empty one is skipped', (t) => {
  const nested = parseJsonPath('{range .containers[*]}[{range .ports[*]}<{@}>{end}]{end}', { allowMissingKeys: true });
  t.is(nested.results(object).map(printResults).join(''), '[<1><2>][<3>][]');
  const empty = parseJsonPath('{range .spec.empty[*]}x{end}y', { allowMissingKeys: true });
  t.is(empty.results(object).map(printResults).join(''), 'y');
});

test('results print as kubectl prints them', (t) => {
  t.is(printResults(['a', 1, true, null, { b: 1, a: [{ d: 2, c: 3 }] }]), 'a 1 true null {"a":[{"c":3,"d":2}],"b":1}');
});

test('inherited members are not fields', (t) => {
  t.deepEqual(parseBarePath('.constructor').find({}), []);
});
