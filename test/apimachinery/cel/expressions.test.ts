import test from 'ava';
import fc from 'fast-check';
import { compileClusterPredicate } from '../../../src/apimachinery/cel/cluster-predicate.js';
import { evaluateCondition } from '../../../src/apimachinery/cel/condition-expression.js';

const object = {
  metadata: { name: 'web', labels: { app: 'web', 'a/b': 'c' } },
  spec: { replicas: 3, ratio: 0.5, list: [3, 1, 2], empty: [], nothing: null },
  status: { active: 1, since: '2026-02-03T04:05:06.789Z' },
};

const gives = test.macro({
  exec(t, expression: string, value: unknown) {
    t.deepEqual(strip(evaluateCondition(expression, { object }, 1_000_000)), { kind: 'value', value });
  },
  title: (_, expression, value) => `${expression} gives ${JSON.stringify(value)}`,
});

const strip = (answer: ReturnType<typeof evaluateCondition>) =>
  answer.kind === 'value' ? { kind: answer.kind, value: answer.value } : answer;

// Numbers of JSON are integers unless they have a fraction; order crosses number types, equality only where types are dynamic.
test(gives, 'object.spec.replicas + 1', 4);
test(gives, 'object.spec.replicas / 2', 1);
test(gives, '-7 / 2 == -3 && -7 % 2 == -1', true);
test(gives, 'object.spec.ratio * 2.0 == 1.0', true);
test(gives, 'dyn(1) == 1.0 && dyn(1u) == 1 && 2 > 1.5 && dyn(1) != 1.5', true);
test(gives, 'type(object.spec.replicas) == int && type(object.spec.ratio) == double', true);
test(gives, '7u / 2u == 3u', true);
test(gives, 'string(1.5) + string(3) + string(true) + string(1e6)', '1.53true1e+06');
test(gives, "int('12') + int(2.9) + int(3u)", 17);
test(gives, "double('1.5') + double(1)", 2.5);
test(gives, "bytes('é').size() == 2 && string(b'\\xc3\\xa9') == 'é'", true);
// Logic absorbs the errors that do not matter.
test(gives, 'object.nope == 1 || true', true);
test(gives, 'false && object.nope', false);
test(gives, "object.?nope.?deeper.orValue('d')", 'd');
test(gives, "object.metadata.?labels[?'a/b'].orValue('')", 'c');
test(gives, 'optional.ofNonZeroValue(0).hasValue()', false);
test(gives, 'optional.of(2).optMap(x, x + 1).value()', 3);
test(gives, 'object.spec.nothing == null', true);
// Macros.
test(gives, 'has(object.spec.list) && !has(object.spec.nope)', true);
test(gives, 'object.spec.list.all(x, x > 0) && object.spec.list.exists(x, x == 2)', true);
test(gives, 'object.spec.list.exists_one(x, x > 2)', true);
test(gives, 'object.spec.list.filter(x, x > 1).map(x, x * 10)', [30, 20]);
test(gives, 'object.spec.list.map(x, x > 1, x + 1)', [4, 3]);
test(gives, "object.metadata.labels.exists(k, k == 'app')", true);
test(gives, '[1, 0].exists(x, 1 / x == 1)', true);
test(gives, '[0, 1].all(x, 1 / x == 5)', false);
// Libraries.
test(gives, "'a,b,c'.split(',', 2)", ['a', 'b,c']);
test(gives, "'tacocat'.indexOf('o') + 'tacocat'.lastIndexOf('c') + 'tacocat'.indexOf('x')", 6);
test(gives, "'héllo'.charAt(1) + 'héllo'.substring(3) + 'AbC'.lowerAscii()", 'éloabc');
test(gives, "'aaa'.replace('a', 'b', 2) + ' x '.trim() + 'abc'.reverse()", 'bbaxcba');
test(gives, "'%s %d %.2f %x %%'.format(['a', 5, 1.5, 255])", 'a 5 1.50 ff %');
test(gives, "['a', 'b'].join('-')", 'a-b');
test(gives, 'object.spec.list.isSorted() || object.spec.list.sum() == 6', true);
test(gives, '[object.spec.list.min(), object.spec.list.max(), object.spec.list.indexOf(2)]', [1, 3, 2]);
test(gives, "'abc123'.find('[0-9]+') + string('a1b22'.findAll('[0-9]+').size())", '1232');
test(gives, "'ABC'.matches('(?i)^abc$')", true);
test(
  gives,
  "quantity('1Gi').isGreaterThan(quantity('1000M')) && quantity('2').add(quantity('500m')) == quantity('2.5')",
  true,
);
test(gives, "quantity('1500m').asApproximateFloat() == 1.5 && !isQuantity('x')", true);
test(
  gives,
  "semver('1.2.3-alpha.2').isLessThan(semver('1.2.3-alpha.10')) && semver('1.10.0').compareTo(semver('1.9.0')) == 1",
  true,
);
test(
  gives,
  "url('https://h:80/p%20q?a=1&a=2').getQuery()['a'] == ['1', '2'] && url('https://[::1]:80/').getHostname() == '::1'",
  true,
);
test(gives, "isURL('/a') && !isURL('a b') && url('https://h/p').getPort() == ''", true);
test(gives, "string(ip('2001:db8:0:0:0:0:0:1'))", '2001:db8::1');
test(
  gives,
  "ip('127.0.0.1').isLoopback() && ip('::1').family() == 6 && !isIP('1.2.3.400') && ip.isCanonical('::1')",
  true,
);
test(gives, "cidr('10.0.0.0/8').containsIP('10.9.8.7') && cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')", true);
test(gives, "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !isCIDR('10.0.0.0/33')", true);
test(gives, "format.named('dns1123Label').value().validate('A').hasValue()", true);
test(
  gives,
  "timestamp(object.status.since).getFullYear() == 2026 && timestamp(object.status.since).getHours('+02:00') == 6",
  true,
);
test(gives, "timestamp('2026-02-03T04:05:06Z') + duration('1h30m') == timestamp('2026-02-03T05:35:06Z')", true);
test(gives, "timestamp('2026-01-01T00:00:00Z').getHours('America/New_York')", 19);
test(gives, "string(duration('90s')) + string(timestamp('2026-01-01T00:00:00.5Z'))", '90s2026-01-01T00:00:00.5Z');
test(
  gives,
  "hasConditions({'conditions': [1]}) && !hasConditions({}) && !hasConditions('x') && !hasConditions(null)",
  true,
);
test(gives, "{'a': 1}['a'] + {1: 2}[1]", 3);

const fails = test.macro({
  exec(t, expression: string, message: string) {
    t.deepEqual(evaluateCondition(expression, { object }, 1_000_000), { kind: 'error', message });
  },
  title: (_, expression) => `${expression} fails in cel-go's words`,
});

test(fails, 'object.missing == 1', 'no such key: missing');
test(fails, "object.metadata.labels['x'] == ''", 'no such key: x');
test(fails, 'object.spec.list[9]', 'index out of bounds: 9');
test(fails, '1 / 0', 'division by zero');
test(fails, '1 % 0', 'modulus by zero');
test(fails, '9223372036854775807 + 1', 'integer overflow');
test(fails, "object.spec.replicas + 'a'", 'no such overload');
test(fails, 'object.metadata.name.deeper', 'no such key: deeper');
test(
  fails,
  '1 == 1.0',
  "ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, double)'\n | 1 == 1.0\n | ..^",
);
test(fails, 'x', "ERROR: <input>:1:1: undeclared reference to 'x' (in container '')\n | x\n | ^");
test(
  fails,
  "1 + 'a'",
  "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^",
);
test(
  fails,
  'true &&\n nosuch(1)',
  "ERROR: <input>:2:8: undeclared reference to 'nosuch' (in container '')\n |  nosuch(1)\n | .......^",
);
test(
  fails,
  "'a'.size(1)",
  "ERROR: <input>:1:9: found no matching overload for 'size' applied to 'string.(int)'\n | 'a'.size(1)\n | ........^",
);
test(
  fails,
  "'a'.all(x, true)",
  "ERROR: <input>:1:1: expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)\n | 'a'.all(x, true)\n | ^",
);
test(fails, 'object.constructor', 'no such key: constructor');
test(fails, "object['__proto__']", 'no such key: __proto__');

test('a pattern that backtracks for ever elsewhere takes no time here', (t) => {
  const answer = evaluateCondition(`'${'a'.repeat(60)}!'.matches('(a+)+$')`, { object }, 1_000_000);
  t.deepEqual(strip(answer), { kind: 'value', value: false });
});

const costs = test.macro({
  exec(t, expression: string, cost: number) {
    t.like(evaluateCondition(expression, { object }, 1_000_000), { kind: 'value', cost });
  },
  title: (_, expression, cost) => `${expression} costs ${cost}`,
});

test(costs, 'true', 0);
test(costs, 'object.metadata.name', 3);
test(costs, "object.metadata.labels['app'] == 'web'", 5);
test(costs, '1 + 1 == 2', 2);
test(costs, '[1, 2]', 10);
test(costs, "object.metadata.name.startsWith('w')", 4);

test('an expression that costs too much is stopped', (t) => {
  const list = `[${Array.from({ length: 100 }, (_, at) => at).join()}]`;
  const expression = `${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c < 1000)))`;
  t.deepEqual(evaluateCondition(expression, { object }, 1_000_000), {
    kind: 'error',
    message: 'operation cancelled: actual cost limit exceeded',
  });
});

const noScores = () => undefined;
const PROD = 'managedCluster.metadata.labels["env"] == "prod"';
const VERSION = 'semver(managedCluster.metadata.labels["version"]).isLessThan(semver("1.31.0"))';
const prod = { metadata: { name: 'c1', labels: { env: 'prod', version: '1.30.0' } } };

test('B25 a cluster pays for its expressions one after the other', (t) => {
  const limits = { perExpression: 1_000_000, total: 15 };
  t.deepEqual(compileClusterPredicate([PROD]).evaluate(prod, noScores, limits), { matches: true, cost: 5 });
  t.deepEqual(compileClusterPredicate([PROD, VERSION]).evaluate(prod, noScores, limits), { matches: true, cost: 12 });
  t.like(compileClusterPredicate([PROD, VERSION, VERSION]).evaluate(prod, noScores, limits), {
    matches: false,
    cost: 16,
  });
});

test('B23 a version with a leading v or a missing label is a failure, not a match', (t) => {
  const predicate = compileClusterPredicate([VERSION]);
  const verdict = (labels: Record<string, string>) => predicate.evaluate({ metadata: { labels } }, noScores);
  t.true(verdict({ version: '1.30.0' }).matches);
  t.false(verdict({ version: '1.32.1' }).matches);
  t.like(verdict({ version: 'v1.30.0' }), { matches: false });
  t.truthy(verdict({ version: 'v1.30.0' }).failure);
  t.like(verdict({}), { matches: false, failure: 'no such key: labels' });
});

test('B7 scores are read from the object of that name and a missing object is a failure', (t) => {
  const predicate = compileClusterPredicate([
    'managedCluster.scores("test-addon").filter(s, s.name == "test-score").all(e, e.value > 80)',
  ]);
  const scored = (value: number) => (name: string) =>
    name === 'test-addon' ? [{ name: 'test-score', value }] : undefined;
  t.true(predicate.evaluate(prod, scored(90)).matches);
  t.false(predicate.evaluate(prod, scored(70)).matches);
  t.regex(predicate.evaluate(prod, noScores).failure ?? '', /not found/);
});

test('B26 a cluster looks as its Go type prints it', (t) => {
  const holds = (expression: string, cluster: object = prod) =>
    compileClusterPredicate([expression]).evaluate(cluster, noScores).matches;
  t.true(holds('managedCluster.spec.hubAcceptsClient == false'));
  t.true(holds('has(managedCluster.status.version) && !has(managedCluster.status.version.kubernetes)'));
  t.true(holds('managedCluster.status.conditions == null'));
  t.true(holds('managedCluster.metadata.creationTimestamp == null'));
  t.false(holds('managedCluster.?kind.hasValue()'));
  t.false(holds('has(managedCluster.spec.taints)', { spec: { taints: [] } }));
  t.true(
    holds('managedCluster.status.allocatable["cpu"] == "1000m" && managedCluster.status.allocatable["memory"] == "4"', {
      status: { allocatable: { cpu: '1000m', memory: 4 } },
    }),
  );
});

const refused = test.macro({
  exec(t, expression: string, ...lines: string[]) {
    const error = t.throws(() => compileClusterPredicate([expression]), { name: 'CelCompileError' });
    t.is(error?.message, lines.join('\n'));
  },
  title: (_, expression) => `${expression} is refused as OCM refuses it`,
});

const normalizing = 'semver(managedCluster.status.version.kubernetes, true).isLessThan(semver("1.31.0"))';
test(
  refused,
  normalizing,
  "ERROR: <input>:1:7: found no matching overload for 'semver' applied to '(dyn, bool)'",
  ` | ${normalizing}`,
  ' | ......^',
);
test(
  refused,
  'sets.contains([1], [1])',
  "ERROR: <input>:1:1: undeclared reference to 'sets' (in container '')",
  ' | sets.contains([1], [1])',
  ' | ^',
  "ERROR: <input>:1:14: found no matching overload for 'contains' applied to '!error!.(list(int), list(int))'",
  ' | sets.contains([1], [1])',
  ' | .............^',
);
test(
  refused,
  'managedCluster.metadata.labels.transformList(k, v, k).size() > 0',
  ...[
    [45, 'transformList'],
    [46, 'k'],
    [49, 'v'],
    [52, 'k'],
  ].flatMap(([column, name]) => [
    `ERROR: <input>:1:${column}: undeclared reference to '${name}' (in container '')`,
    ' | managedCluster.metadata.labels.transformList(k, v, k).size() > 0',
    ` | ${'.'.repeat(Number(column) - 1)}^`,
  ]),
);
test(
  refused,
  'has(managedCluster.metadata.labels["x"])',
  'ERROR: <input>:1:35: invalid argument to has() macro',
  ' | has(managedCluster.metadata.labels["x"])',
  ' | ..................................^',
);
test(
  refused,
  'managedCluster.',
  "ERROR: <input>:1:16: Syntax error: no viable alternative at input '.'",
  ' | managedCluster.',
  ' | ...............^',
);
test(
  refused,
  '1 +',
  "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  ' | 1 +',
  ' | ...^',
);

test('integer arithmetic agrees with JavaScript wherever both are exact', (t) => {
  const small = fc.integer({ min: -100_000, max: 100_000 });
  fc.assert(
    fc.property(small, small, (a, b) => {
      const answer = evaluateCondition('[object.a + object.b, object.a * object.b]', { object: { a, b } }, 1000);
      t.like(answer, { kind: 'value', value: [a + b, a * b + 0] });
    }),
  );
});

test('a value of JSON equals itself and compares as in JavaScript', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      t.like(evaluateCondition('object.a == object.b', { object: { a: value, b: structuredClone(value) } }, 1e6), {
        kind: 'value',
        value: true,
      });
    }),
  );
});
