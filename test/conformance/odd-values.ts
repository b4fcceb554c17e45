import { type Cases, configMap, type Place, widget } from './fixture.js';
import { BAD, INVALID, post, type Refusal } from './refusal.js';

/** How refusals show what is seldom seen. */
export const ODD_VALUE_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a text with a control character': post(widget('b', { name: '\u0000<&>' }), {
    ...INVALID,
    message: /spec\.name: Invalid value: "\\x00<&>": spec\.name in body should match '\^\[a-z\]\*\$'$/,
  }),
  'a name nobody can see': post(widget('\u2028'), {
    ...INVALID,
    message: /^Widget\.contract\.example\.com "\\u2028" is invalid: metadata\.name: Invalid value: "\\u2028": a lower/,
  }),
  'a number close to zero': post(widget('b', { size: 1e-7 }), {
    ...INVALID,
    message: /spec\.size: Invalid value: 1e-07: spec\.size in body should be greater than or equal to 1\b/,
  }),
  'an integer of more than 64 bits': post(widget('b', { size: 2 ** 63 }), {
    ...INVALID,
    message:
      /spec\.size: Invalid value: 9\.223372036854776e\+18: spec\.size in body should be less than or equal to 10\b/,
  }),
  'a generation of more than 64 bits': post(widget('b', {}, { generation: 2 ** 63 }), {
    ...BAD,
    message:
      'Widget in version "v1" cannot be handled as a Widget: json: cannot unmarshal number 9223372036854776000 into Go struct field ObjectMeta.generation of type int64',
  }),
  'a null among finalizers': post(widget('b', {}, { finalizers: [null] }), {
    ...INVALID,
    message: /metadata\.finalizers: Invalid value: "": name part must be non-empty/,
  }),
  'a custom object of no version at all': post(
    { ...widget('b'), apiVersion: null },
    {
      ...BAD,
      message:
        'Widget in version "" cannot be handled as a Widget: .apiVersion accessor error: <nil> is of the type <nil>, expected string',
    },
  ),
  'a selector that only looks blank': {
    method: 'GET',
    path: ({ configMaps }: Place) => `${configMaps}?labelSelector=%E2%80%A8`,
    ...BAD,
    message: /^unable to parse requirement: <nil>: Invalid value: "\\u2028": name part must consist of/,
  },
  'a page token that is no JSON': {
    method: 'GET',
    path: ({ configMaps }: Place) => `${configMaps}?continue=fQ`,
    ...BAD,
    message: "invalid continue token: continue key is not valid: invalid character '}' looking for beginning of value",
  },
  'a key with a control character': {
    method: 'POST',
    path: ({ configMaps }: Place) => configMaps,
    call: { body: configMap('b', { '\u0001': 'x' }) },
    ...INVALID,
    message: /Invalid value: "\\x01": a valid config key must consist of/,
  },
};

export const ODD_VALUE_CASES: Cases = {
  'a new custom object with a status nobody can read has no field owners': async (t, { wire, widgets }) => {
    const { code, body } = await wire.call('POST', widgets, { body: { ...widget('a'), status: { conditions: 1 } } });
    t.is(code, 201);
    t.deepEqual(body.metadata.managedFields ?? [], []);
  },
  'a warning with a control character is not sent': async (t, { wire, widgets }) => {
    const { code, headers } = await wire.call('POST', widgets, { body: widget('a', { 'a\nb': 1, 'a"b': 1 }) });
    t.is(code, 201);
    t.is(headers.warning, '299 - "unknown field \\"spec.a\\"b\\""');
  },
  'the keys of owned items are written as HTML could hold them': async (t, { wire, widgets }) => {
    const { body } = await wire.call('POST', widgets, { body: widget('a', { parts: [{ id: '<&>' }] }) });
    t.true(JSON.stringify(body.metadata.managedFields).includes(String.raw`k:{\"id\":\"\\u003c\\u0026\\u003e\"}`));
  },
};
