import { type Cases, MERGE, type Place } from './fixture.js';
import { createShape, refusalOf, shape, shapes } from './shapes.js';

const patched = async (p: Place, spec: object): Promise<string> => {
  const { code, body } = await p.wire.call('PATCH', `${shapes(p)}/a`, { body: { spec }, type: MERGE });
  return code === 200 ? 'taken' : body.message.replace('Shape.shapes.example.com "a" is invalid: ', '');
};

/** `x-kubernetes-validations`. */
export const RULE_CASES: Cases = {
  'a broken rule says its message, and shows the value of a scalar': async (t, p) => {
    t.deepEqual(await refusalOf(p, { range: { min: 5, max: 3 } }), ['spec.range: Invalid value: min above max']);
    t.deepEqual(await refusalOf(p, { counts: [1, 0] }), ['spec.counts[1]: Invalid value: 0: failed rule: self > 0']);
    const named = await p.wire.call('POST', shapes(p), { body: shape('forbidden') });
    t.is(named.body.message, 'Shape.shapes.example.com "forbidden" is invalid: <nil>: Invalid value: bad name');
  },

  'a rule computes its message, gives a reason and names another field': async (t, p) => {
    t.deepEqual(await refusalOf(p, { said: 'b' }), ['spec.said: Forbidden: not a: b']);
    t.deepEqual(await refusalOf(p, { fallback: 'long' }), ['spec.fallback: Invalid value: "long": too long']);
    const { body } = await createShape(p, { pair: { a: '1' } });
    t.deepEqual(body.details.causes, [
      { reason: 'FieldValueRequired', message: 'Required value: a and b', field: 'spec.pair.b' },
    ]);
  },

  'a rule that fails is broken': async (t, p) => {
    t.deepEqual(await refusalOf(p, { divided: 0 }), [
      'spec.divided: Invalid value: "integer": division by zero evaluating rule: 10 / self > 1',
    ]);
  },

  'a transition rule compares with what was, and has nothing to say of a new value': async (t, p) => {
    t.is((await createShape(p, { fixed: 'a', growing: [{ k: 'x', v: 2 }] })).code, 201);
    t.is(await patched(p, { fixed: 'b' }), 'spec.fixed: Invalid value: "b": fixed is fixed');
    t.is(
      await patched(p, {
        growing: [
          { k: 'y', v: 0 },
          { k: 'x', v: 1 },
        ],
      }),
      'spec.growing[1]: Invalid value: v grows',
    );
    t.is(
      await patched(p, {
        growing: [
          { k: 'y', v: 0 },
          { k: 'x', v: 3 },
        ],
      }),
      'taken',
    );
    t.is(await patched(p, { fixed: null }), 'taken');
    t.is(await patched(p, { fixed: 'c' }), 'taken');
  },

  'a rule with an optional old value sees the first one too': async (t, p) => {
    await createShape(p, {});
    t.is(await patched(p, { once: 'a' }), 'taken');
    t.is(await patched(p, { once: 'b' }), 'spec.once: Invalid value: "b": set once');
  },

  'rules are not looked at while the schema itself is broken': async (t, p) => {
    const { body } = await createShape(p, { strict: {}, range: { min: 5, max: 3 } });
    t.is(
      body.message,
      'Shape.shapes.example.com "a" is invalid: [spec.strict.x: Required value, spec.strict.y: Required value, <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
    );
  },
};
