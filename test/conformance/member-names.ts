import { APPLY, type Cases, configMap, JSON_PATCH, MERGE, type Place, STRATEGIC, widget } from './fixture.js';
import type { Refusal } from './refusal.js';

/** Names every JavaScript object has members of; to Kubernetes they are names like any other. */
const NAMES = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf'];
const named = (value: unknown) => Object.fromEntries(NAMES.map((name) => [name, value]));

export const MEMBER_NAME_CASES: Cases = {
  'members of any name are kept, patched, applied and owned': async (t, p) => {
    const at = `${p.configMaps}/a`;
    const body = { ...configMap('a'), data: named('1') };
    const created = await p.wire.call('POST', p.configMaps, { body });
    t.is(created.code, 201, created.text);
    t.deepEqual(created.body.data, named('1'));
    const patched = async (type: string, patch: unknown) =>
      (await p.wire.call('PATCH', at, { body: patch, type })).body;
    t.deepEqual((await patched(MERGE, { data: named('2') })).data, named('2'));
    t.deepEqual((await patched(STRATEGIC, { data: named('3') })).data, named('3'));
    const operations = NAMES.map((name) => ({
      op: 'replace',
      path: `/data/${name}`,
      value: '4',
    }));
    t.deepEqual((await patched(JSON_PATCH, operations)).data, named('4'));
    const applied = await p.wire.call('PATCH', `${at}?fieldManager=m&force=true`, {
      body: { ...body, data: named('5') },
      type: APPLY,
    });
    t.deepEqual(applied.body.data, named('5'));
    const [owned] = applied.body.metadata.managedFields.filter(({ manager }) => manager === 'm');
    t.deepEqual(owned?.fieldsV1, { 'f:data': Object.fromEntries(NAMES.map((name) => [`f:${name}`, {}])) });
    t.deepEqual((await patched(MERGE, { data: { ...named(null), left: 'x' } })).data, { left: 'x' });
  },

  'members of any name are unknown where the schema does not have them': async (t, p) => {
    const { body, headers } = await p.wire.call('POST', p.widgets, {
      body: widget('a', { ...named(1), free: named({ a: 1 }) }),
    });
    t.deepEqual(body.spec, { size: 3, colour: 'red', free: named({ a: 1 }) });
    for (const name of NAMES) t.true(headers.warning?.includes(`unknown field \\"spec.${name}\\"`), headers.warning);
  },

  'secrets of any type are taken': async (t, p) => {
    const secrets = `/api/v1/namespaces/${p.namespace}/secrets`;
    for (const type of NAMES) {
      const body = { metadata: { generateName: 'a-' }, type, stringData: named('x') };
      const created = await p.wire.call('POST', secrets, { body });
      t.is(created.code, 201, created.text);
      t.deepEqual(created.body.data, named('eA=='));
    }
  },
};

const patchOf = (type: string): Refusal => ({
  method: 'PATCH',
  path: ({ configMaps }: Place) => `${configMaps}/taken`,
  call: { body: {}, type },
  code: 415,
  reason: 'UnsupportedMediaType',
  message: '415: Unsupported Media Type',
});

export const MEMBER_NAME_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a patch of a type named like a constructor': patchOf('constructor'),
  'a patch of a type named like a prototype': patchOf('__proto__'),
};
