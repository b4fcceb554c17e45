import test from 'ava';
import fc from 'fast-check';
import { atomsOf, type PolicyRule, ruleAllows, ruleText, uncovered } from '../../src/apiserver/authorization/rules.js';
import { judge, type OwnerState } from '../../src/apiserver/controllers/owner-graph.js';
import type { Attributes } from '../../src/apiserver/identity.js';

const some = (values: readonly string[]) => fc.subarray([...values], { minLength: 1 });
const resourceRule: fc.Arbitrary<PolicyRule> = fc.record(
  {
    verbs: some(['get', 'list', '*']),
    apiGroups: some(['', 'apps', '*']),
    resources: some(['pods', 'pods/log', 'deployments', '*/log', '*']),
    resourceNames: fc.subarray(['a', 'b']),
    nonResourceURLs: fc.constant([]),
  },
  { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
);
const pathRule: fc.Arbitrary<PolicyRule> = fc.record({
  verbs: some(['get', 'post', '*']),
  nonResourceURLs: some(['/healthz', '/api/*', '*']),
});
const rules = fc.array(fc.oneof(resourceRule, pathRule), { maxLength: 4 });

const asked = (atom: PolicyRule): Attributes => {
  const [plural = '', subresource = ''] = (atom.resources?.[0] ?? '').split('/');
  const [group = ''] = atom.apiGroups ?? [];
  const [name = ''] = atom.resourceNames ?? [];
  return {
    user: { name: 'u', groups: [] },
    verb: atom.verbs[0] ?? '',
    path: atom.nonResourceURLs?.[0] ?? '',
    ...(atom.resources ? { resource: { group, version: 'v1', plural, subresource, namespace: 'ns', name } } : {}),
  };
};

const isConcrete = (atom: PolicyRule): boolean => !JSON.stringify(atom).includes('*');

test('what a rule grants piece by piece, the rule allows', (t) => {
  fc.assert(
    fc.property(fc.oneof(resourceRule, pathRule), (rule) =>
      [...atomsOf(rule)].filter(isConcrete).every((atom) => ruleAllows(rule, asked(atom))),
    ),
  );
  t.pass();
});

test('nobody lacks what they hold, and whoever gets what they lack lacks nothing', (t) => {
  fc.assert(
    fc.property(rules, rules, (held, wanted) => {
      const missing = uncovered(held, wanted);
      return uncovered(wanted, wanted).length === 0 && uncovered([...held, ...missing], wanted).length === 0;
    }),
  );
  t.pass();
});

test('a rule lacks what its pieces lack, one by one', (t) => {
  fc.assert(
    fc.property(rules, fc.oneof(resourceRule, pathRule), (held, wanted) => {
      const pieces = [...atomsOf(wanted)].flatMap((atom) =>
        [...uncovered(held, [atom])].flatMap((one) => [...atomsOf(one)]),
      );
      const told = uncovered(held, [wanted]).flatMap((one) => [...atomsOf(one)]);
      const texts = (atoms: readonly PolicyRule[]) => [...new Set(atoms.map(ruleText))].sort();
      t.deepEqual(texts(told), texts(pieces));
    }),
  );
});

test('a small rule that stands for milliards of rights is weighed at once', (t) => {
  const many = Array.from({ length: 2_000 }, (_, at) => `x${at}`);
  const rule = { verbs: many, apiGroups: many, resources: many };
  t.is(uncovered([], [rule]).length, 1_000);
  t.deepEqual(uncovered([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], [rule]), []);
});

test('what is not lacking is allowed by what is held', (t) => {
  fc.assert(
    fc.property(rules, resourceRule, (held, wanted) =>
      [...atomsOf(wanted)]
        .filter(isConcrete)
        .filter((atom) => uncovered(held, [atom]).length === 0)
        .every((atom) => held.some((rule) => ruleAllows(rule, asked(atom)))),
    ),
  );
  t.pass();
});

test('a rule for one name does not cover all names', (t) => {
  const one = { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] };
  const all = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
  t.deepEqual(uncovered([one], [all]), [all]);
  t.deepEqual(uncovered([all], [one]), []);
  t.is(ruleText(one), '{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["get"]}');
});

const dependent = (owners: number, finalizers: string[] = []) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'x',
    finalizers,
    ownerReferences: Array.from({ length: owners }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: `o${index}`,
      uid: `u${index}`,
    })),
  },
});

const judged = test.macro(
  (t, states: OwnerState[], hasDependents: boolean, expected: string, finalizers: string[] = []) => {
    const verdict = judge(dependent(states.length, finalizers), states, hasDependents);
    const detail =
      verdict.kind === 'delete'
        ? verdict.propagationPolicy
        : verdict.kind === 'release'
          ? [...verdict.uids].join(' ')
          : '';
    t.is(`${verdict.kind} ${detail}`.trim(), expected);
  },
);

test('no owner: kept', judged, [], false, 'keep');
test('a solid owner: kept', judged, ['solid'], false, 'keep');
test('an absent owner: deleted', judged, ['absent'], false, 'delete Background');
test('an absent owner and a solid one: the absent one is forgotten', judged, ['absent', 'solid'], false, 'release u0');
test('a waiting owner and a solid one: the waiting one is let go', judged, ['solid', 'waiting'], true, 'release u1');
test('a waiting owner: deleted', judged, ['waiting'], false, 'delete Background');
test('a waiting owner, own dependents: they go first', judged, ['waiting'], true, 'delete Foreground');
test('an owner nobody can find out about: kept', judged, ['absent', 'unknown'], false, 'keep');
test('an orphaning finalizer decides how it goes', judged, ['absent'], true, 'delete Orphan', ['orphan']);
