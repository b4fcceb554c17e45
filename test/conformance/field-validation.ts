import { APPLY, type Cases, configMap, JSON_PATCH, MERGE, STRATEGIC, widget } from './fixture.js';

const KIND = '"apiVersion":"contract.example.com/v1","kind":"Widget"';
const warning = (...texts: string[]): string => texts.map((text) => `299 - ${JSON.stringify(text)}`).join(', ');

/** What happens with fields nobody knows and fields a body has twice. */
export const FIELD_VALIDATION_CASES: Cases = {
  'fields a body has twice are warned of, and the last one counts': async (t, p) => {
    const body = `{${KIND},"metadata":{"name":"a"},"spec":{"size":1,"size":2,"free":{"q":1,"q":3}}}`;
    const warned = await p.wire.call('POST', p.widgets, { body });
    t.is(warned.code, 201);
    t.is(warned.headers.warning, warning('duplicate field "spec.size"', 'duplicate field "spec.free.q"'));
    t.is(warned.body.spec.size, 2);
    const quiet = await p.wire.call('POST', `${p.widgets}?fieldValidation=Ignore&dryRun=All`, { body });
    t.is(quiet.headers.warning, undefined);
  },

  'unknown fields of lists, of metadata and beside the spec are warned of and dropped': async (t, p) => {
    const sent = { ...widget('a', { parts: [{ id: 'x', typo: 1 }] }, { nick: 'b' }), extra: 1 };
    const { body, headers } = await p.wire.call('POST', p.widgets, { body: sent });
    for (const field of ['metadata.nick', 'extra', 'spec.parts[0].typo']) {
      t.true(headers.warning?.includes(`unknown field \\"${field}\\"`), headers.warning);
    }
    t.false('extra' in body);
    t.false('nick' in body.metadata);
    t.deepEqual(body.spec.parts, [{ id: 'x', weight: 1 }]);
  },

  'unknown fields of built-in kinds are warned of and dropped': async (t, p) => {
    const created = await p.wire.call('POST', p.configMaps, { body: { ...configMap('a'), typo: 1 } });
    t.is(created.code, 201);
    t.is(created.headers.warning, warning('unknown field "typo"'));
    t.false('typo' in created.body);
    const strict = await p.wire.call('PUT', `${p.configMaps}/a?fieldValidation=Strict`, {
      body: { ...configMap('a'), typo: 1 },
    });
    t.is(strict.code, 400);
    t.is(
      strict.body.message,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "typo"',
    );
  },

  'control characters in the names of fields are warned of as Go quotes them, other characters as they are': async (
    t,
    p,
  ) => {
    const { headers } = await p.wire.call('POST', p.configMaps, { body: { ...configMap('a'), 'é\u0001"': 1 } });
    t.is(Buffer.from(headers.warning ?? '', 'latin1').toString(), warning('unknown field "é\\x01\\""'));
  },

  'of long warnings only the beginnings are told, of many only the first': async (t, p) => {
    const warningsOf = async (count: number, name: string): Promise<readonly string[]> => {
      const spec = Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}${at}`, 1]));
      const { headers } = await p.wire.call('POST', `${p.widgets}?dryRun=All`, { body: widget('a', spec) });
      return headers.warning?.split(', ') ?? [];
    };
    t.is((await warningsOf(20, 'x')).length, 20);
    t.is((await warningsOf(5, 'x'.repeat(300))).at(-1)?.length, '299 - "unknown field \\"spec.4\\""'.length + 300);
    const cut = await warningsOf(40, 'x'.repeat(300));
    t.is(cut.length, 16);
    t.is(cut.at(-1)?.length, '299 - "\\"'.length + 256);
  },

  'patches warn of unknown fields too': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    await p.wire.call('POST', p.configMaps, { body: configMap('a') });
    const warned = async (at: string, body: unknown, type: string) =>
      (await p.wire.call('PATCH', `${at}/a`, { body, type })).headers.warning;
    t.is(await warned(p.widgets, { spec: { typo: 1 } }, MERGE), warning('unknown field "spec.typo"'));
    t.is(await warned(p.configMaps, { typo: 1 }, MERGE), warning('unknown field "typo"'));
    t.is(await warned(p.configMaps, { typo: 1 }, STRATEGIC), warning('unknown field "typo"'));
    const operation = { op: 'test', path: '/metadata/name', value: 'a', typo: 1 };
    t.is(await warned(p.configMaps, [operation], JSON_PATCH), warning('json patch unknown field "[0].typo"'));
    t.is(await warned(p.widgets, '{"spec":{"size":4,"size":5}}', MERGE), warning('duplicate field "spec.size"'));
  },

  'an apply warns of keys it has twice, with their line': async (t, p) => {
    const body = `{${KIND},"metadata":{"name":"a"},\n"spec":{"size":4,"size":5}}`;
    const at = `${p.widgets}/a?fieldManager=m`;
    const warned = await p.wire.call('PATCH', at, { body, type: APPLY });
    t.is(warned.code, 201, warned.body.message);
    t.is(warned.headers.warning, warning('line 2: key "size" already set in map'));
    t.is(warned.body.spec.size, 5);
    const strict = await p.wire.call('PATCH', `${at}&fieldValidation=Strict`, { body, type: APPLY });
    t.is(strict.code, 400);
    t.is(
      strict.body.message,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 2: key "size" already set in map',
    );
  },

  'options of a write are refused all at once, as options of its verb': async (t, p) => {
    const query = `dryRun=x&fieldValidation=y&fieldManager=${'m'.repeat(129)}`;
    const wrong =
      'fieldManager: Too long: may not be more than 128 bytes, dryRun: Unsupported value: ["x"]: supported values: "All", fieldValidation: Unsupported value: "y": supported values: "", "Ignore", "Strict", "Warn"';
    for (const [method, name, options] of [
      ['POST', '', 'CreateOptions'],
      ['PUT', '/a', 'UpdateOptions'],
      ['PATCH', '/a', 'PatchOptions'],
    ] as const) {
      const type = method === 'PATCH' ? { type: MERGE } : {};
      const { code, body } = await p.wire.call(method, `${p.widgets}${name}?${query}`, { body: widget('a'), ...type });
      t.is(code, 422);
      t.is(body.message, `${options}.meta.k8s.io "" is invalid: [${wrong}]`);
    }
  },
};

/** Nothing is stored, whatever the verb. */
export const DRY_RUN_CASES: Cases = {
  'a dry run of a create has a uid but no version, and stores nothing': async (t, p) => {
    const { code, body } = await p.wire.call('POST', `${p.configMaps}?dryRun=All`, {
      body: { metadata: { generateName: 'g-' } },
    });
    t.is(code, 201);
    t.regex(body.metadata.name, /^g-.{5}$/);
    t.truthy(body.metadata.uid);
    t.false('resourceVersion' in body.metadata);
    t.is((await p.wire.call('GET', `${p.configMaps}/${body.metadata.name}`)).code, 404);
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    t.is((await p.wire.call('POST', `${p.widgets}?dryRun=All`, { body: widget('a') })).code, 409);
  },

  'a dry run of an update keeps the version, counts the generation and is refused like the update': async (t, p) => {
    const { body: before } = await p.wire.call('POST', p.widgets, { body: widget('a') });
    const put = (spec: object, metadata: object = before.metadata) =>
      p.wire.call('PUT', `${p.widgets}/a?dryRun=All`, { body: { ...before, metadata, spec } });
    const { body } = await put({ size: 9 });
    t.is(body.spec.size, 9);
    t.is(body.metadata.generation, 2);
    t.is(body.metadata.resourceVersion, before.metadata.resourceVersion);
    t.is((await put({ size: 99 })).code, 422);
    t.is((await put({ size: 9 }, { ...before.metadata, resourceVersion: '1' })).code, 409);
    t.deepEqual((await p.wire.call('GET', `${p.widgets}/a`)).body, before);
  },

  'a dry run of an apply creates nothing': async (t, p) => {
    const { code, body } = await p.wire.call('PATCH', `${p.widgets}/a?dryRun=All&fieldManager=m`, {
      body: widget('a'),
      type: APPLY,
    });
    t.is(code, 201);
    t.false('resourceVersion' in body.metadata);
    t.is(body.metadata.managedFields[0]?.manager, 'm');
    t.is((await p.wire.call('GET', `${p.widgets}/a`)).code, 404);
  },

  'a dry run of a deletion deletes nothing, whether the query or the body asks for it': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    await p.wire.call('POST', p.widgets, { body: widget('held', {}, { finalizers: ['a.b/c'] }) });
    t.is((await p.wire.call('DELETE', `${p.widgets}/a?dryRun=All`)).body.kind, 'Status');
    t.is((await p.wire.call('DELETE', `${p.widgets}/a`, { body: { dryRun: ['All'] } })).code, 200);
    t.is((await p.wire.call('DELETE', `${p.widgets}?dryRun=All`)).code, 200);
    const held = await p.wire.call('DELETE', `${p.widgets}/held?dryRun=All`);
    t.truthy(held.body.metadata.deletionTimestamp);
    t.is(held.body.metadata.generation, 2);
    const left = await p.wire.call('GET', p.widgets);
    t.deepEqual(
      left.body.items.map(({ metadata }) => [metadata.name, metadata.deletionTimestamp]),
      [
        ['a', undefined],
        ['held', undefined],
      ],
    );
    const refused = await p.wire.call('DELETE', `${p.widgets}/a?dryRun=some`);
    t.is(
      refused.body.message,
      'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["some"]: supported values: "All"',
    );
    await p.wire.call('PATCH', `${p.widgets}/held`, { body: { metadata: { finalizers: null } }, type: MERGE });
  },
};
