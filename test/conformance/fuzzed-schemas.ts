import { APPLY, type Cases, type Place, widget } from './fixture.js';
import { BAD, INVALID, type Refusal } from './refusal.js';
import { refusalOf, shape, shapes } from './shapes.js';

const applied = (spec: Readonly<Record<string, unknown>>, message: string): Refusal => ({
  method: 'PATCH',
  path: ({ widgets }: Place) => `${widgets}/a?fieldManager=one`,
  call: { type: APPLY, body: widget('a', spec) },
  code: 500,
  reason: '',
  message: `failed to create typed patch object (/a; contract.example.com/v1, Kind=Widget): ${message}`,
});

/** What `npm run fuzz:api` found with kinds of random schemas. */
export const FUZZED_SCHEMA_REFUSALS: Readonly<Record<string, Refusal>> = {
  'an applied key of a list that is an object': applied(
    { parts: [{ id: { a: 'b' } }] },
    '.spec.parts[id=a="b"].id: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":"b"}}',
  ),
  'an applied key of a list that is a list': applied(
    { parts: [{ id: [{}, 1e-7] }] },
    '.spec.parts[id=[,1e-07]].id: expected string, got &value.valueUnstructured{Value:[]interface {}{map[string]interface {}{}, 1e-07}}',
  ),
  'another kind, of which rules are looked at all the same': {
    method: 'POST',
    path: shapes,
    call: { body: { ...shape('a', { divided: 0, surplus: 1, set: ['x', 'x'] }), kind: 'Odd' } },
    ...INVALID,
    message: /^Odd\.shapes\.example\.com "a" is invalid: \[kind: Invalid value: "Odd": must be Shape, /,
    causes: ['kind', 'spec.divided', 'spec.set[1]'],
  },
  'a body whose beginning is cut within a character': {
    method: 'POST',
    path: shapes,
    call: { body: '{"metadata":{},"spec":"xxxx👩"}' },
    ...BAD,
    message: /^the object provided is unrecognized .*\(\{"metadata":\{\},"spec":"xxxx\ufffd{3} \.\.\.\)$/,
  },
  'another version, after what is unknown in it': {
    method: 'POST',
    path: (place) => `${shapes(place)}?fieldValidation=Strict`,
    call: { body: { ...shape('a', { surplus: 1 }, { surplus: 1 }), apiVersion: 'shapes.example.com/v0' } },
    ...BAD,
    message:
      'Shape in version "v0" cannot be handled as a Shape: strict decoding error: unknown field "metadata.surplus", unknown field "spec"',
  },
};

export const FUZZED_SCHEMA_CASES: Cases = {
  'of a version that is not there only the metadata is known': async (t, place) => {
    const body = { ...shape('a', { surplus: 1 }, { surplus: 1 }), apiVersion: 'shapes.example.com/v0' };
    const answer = await place.wire.call('POST', shapes(place), { body });
    t.is(answer.headers.warning, '299 - "unknown field \\"metadata.surplus\\"", 299 - "unknown field \\"spec\\""');
    t.is(
      answer.body.message,
      'the API version in the data (shapes.example.com/v0) does not match the expected API version (shapes.example.com/v1)',
    );
  },

  'metadata of an embedded object may lose all its members to an apply': async (t, place) => {
    const apply = (spec: object) =>
      place.wire.call('PATCH', `${shapes(place)}/a?fieldManager=one&force=true`, {
        type: APPLY,
        body: shape('a', spec),
      });
    const whole = (name: string) => ({ whole: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } } });
    await place.wire.call('POST', shapes(place), { body: shape('a', whole('x')) });
    await apply(whole('y'));
    const { code, body } = await apply({});
    t.is(code, 200, body.message);
    t.deepEqual<unknown, unknown>(body.spec.whole, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} });
  },

  'a number is looked for without its fraction among whole ones': async (t, place) => {
    t.deepEqual(await refusalOf(place, { few: 3 }), ['spec.few: Unsupported value: 3: supported values: "1", "2"']);
    t.deepEqual(await refusalOf(place, { few: 2.5, choice: 'c' }), [
      'spec.choice: Unsupported value: "c": supported values: "a", "b"',
    ]);
  },
};
