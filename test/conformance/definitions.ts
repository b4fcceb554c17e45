import { until } from '../until.js';
import { type Cases, JSON_PATCH, MERGE, namesOf, type Place } from './fixture.js';
import type { Answer } from './wire.js';

export const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const groupOf = ({ namespace }: Place): string => `${namespace}.example.com`;
const at = (p: Place, plural: string, version = 'v1'): string =>
  `/apis/${groupOf(p)}/${version}/namespaces/${p.namespace}/${plural}`;

const text = { type: 'string' };
const specOf = (properties: object, more: object = {}) => ({
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties, ...more } } } },
});

const definition = (p: Place, plural: string, kind: string, versions: readonly object[], names: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${groupOf(p)}` },
  spec: { group: groupOf(p), scope: 'Namespaced', names: { plural, kind, ...names }, versions },
});

const crd = (p: Place, plural: string): string => `${CRDS}/${plural}.${groupOf(p)}`;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

const conditionsOf = async (p: Place, plural: string): Promise<Readonly<Record<string, Condition>>> => {
  const { body } = await p.wire.call('GET', crd(p, plural));
  const conditions = (body.status?.conditions ?? []) as readonly Condition[];
  return Object.fromEntries(conditions.map((condition) => [condition.type, condition]));
};

/** Creates a CRD and waits until its first version is served. */
async function define(p: Place, plural: string, kind: string, versions: readonly object[]): Promise<void> {
  const { code, body } = await p.wire.call('POST', CRDS, { body: definition(p, plural, kind, versions) });
  if (code !== 201) throw new Error(body.message);
  await until(`${plural} are served`, async () => (await p.wire.call('GET', at(p, plural))).code === 200);
}

const create = (p: Place, plural: string, kind: string, spec: object, version = 'v1'): Promise<Answer> =>
  p.wire.call('POST', at(p, plural, version), {
    body: { apiVersion: `${groupOf(p)}/${version}`, kind, metadata: { name: 'a' }, spec },
  });

/** The life of a CRD: its names, its versions, what becomes of objects when it changes and when it goes. */
export const DEFINITION_CASES: Cases = {
  'a format nobody knows is told of once, when it comes, wherever it stands': async (t, p) => {
    const formats = (...names: readonly string[]) => {
      const properties = names.map((format, at) => [`p${at}`, { ...text, format }]);
      return { name: 'v1', served: true, storage: true, ...specOf(Object.fromEntries(properties)) };
    };
    const told = ({ headers }: Answer): readonly string[] =>
      [...String(headers.warning ?? '').matchAll(/unrecognized format \\"(.*?)\\"/g)]
        .map(([, name = '']) => name)
        .sort();
    const made = await p.wire.call('POST', CRDS, { body: definition(p, 'fs', 'F', [formats('odd', 'date', 'odd')]) });
    t.is(made.code, 201, made.body.message);
    t.deepEqual(told(made), ['odd']);
    const versions = [formats('odd', 'new')];
    const patched = await p.wire.call('PATCH', crd(p, 'fs'), { body: { spec: { versions } }, type: MERGE });
    t.deepEqual(told(patched), ['new']);
    const label = { metadata: { labels: { a: 'b' } } };
    t.deepEqual(told(await p.wire.call('PATCH', crd(p, 'fs'), { body: label, type: MERGE })), []);
    const schemas = {
      known: { ...text, format: 'k8s-short-name' },
      dashed: { ...text, format: 'u-uid' },
      cased: { ...text, format: 'Date' },
      whole: { type: 'integer', format: 'int32' },
      wide: { type: 'integer', format: 'double' },
      number: { type: 'number', format: 'double' },
      truth: { type: 'boolean', format: 'date' },
      items: { type: 'array', items: { ...text, format: 'item' } },
      values: { type: 'object', additionalProperties: { ...text, format: 'value' } },
      either: { ...text, anyOf: [{ format: 'uuid' }, { format: 'int64' }], not: { format: 'none' } },
    };
    const unserved = { name: 'v0', served: false, storage: false, ...specOf({ old: { ...text, format: 'unserved' } }) };
    const all = [{ name: 'v1', served: true, storage: true, ...specOf(schemas) }, unserved];
    const dry = await p.wire.call('POST', `${CRDS}?dryRun=All`, { body: definition(p, 'gs', 'G', all) });
    t.deepEqual(told(dry), ['Date', 'date', 'double', 'int64', 'item', 'none', 'unserved', 'value']);
  },

  'an object shows the schema of today: new defaults, and without what is unknown by now': async (t, p) => {
    await define(p, 'olds', 'Old', [{ name: 'v1', served: true, storage: true, ...specOf({ a: text, gone: text }) }]);
    await create(p, 'olds', 'Old', { a: 'long', gone: 'x' });
    const value = {
      type: 'object',
      required: ['need'],
      properties: { a: { ...text, maxLength: 3 }, need: text, new: { ...text, default: 'd' } },
    };
    const path = '/spec/versions/0/schema/openAPIV3Schema/properties/spec';
    await p.wire.call('PATCH', crd(p, 'olds'), { body: [{ op: 'replace', path, value }], type: JSON_PATCH });
    const old = `${at(p, 'olds')}/a`;
    await until('the new schema is used', async () => 'new' in (await p.wire.call('GET', old)).body.spec);
    t.deepEqual((await p.wire.call('GET', old)).body.spec, { a: 'long', new: 'd' });
    const patch = async (body: object) => (await p.wire.call('PATCH', old, { body, type: MERGE })).body;
    // What was wrong before and does not change is let through.
    t.is((await patch({ metadata: { labels: { l: '1' } } })).spec.a, 'long');
    t.is((await patch({ spec: { need: 'x' } })).spec.a, 'long');
    t.regex((await patch({ spec: { a: 'longer' } })).message, /spec\.a: Too long: may not be more than 3 bytes$/);
    await p.wire.call('DELETE', crd(p, 'olds'));
  },

  'a version that is not served is not found, a deprecated one is warned of': async (t, p) => {
    const schema = specOf({ a: text });
    await define(p, 'vers', 'Ver', [
      { name: 'v1', served: true, storage: true, ...schema },
      { name: 'v1beta1', served: false, storage: false, ...schema },
      { name: 'v1alpha1', served: true, storage: false, deprecated: true, ...schema },
      { name: 'v1alpha2', served: true, storage: false, deprecated: true, deprecationWarning: 'use v1', ...schema },
    ]);
    t.is((await p.wire.call('GET', at(p, 'vers', 'v1beta1'))).code, 404);
    t.is((await create(p, 'vers', 'Ver', {}, 'v1beta1')).code, 404);
    const group = groupOf(p);
    const warning = async (version: string) => (await p.wire.call('GET', at(p, 'vers', version))).headers.warning;
    t.is(await warning('v1'), undefined);
    t.is(await warning('v1alpha1'), `299 - "${group}/v1alpha1 Ver is deprecated; use ${group}/v1 Ver"`);
    t.is(await warning('v1alpha2'), '299 - "use v1"');
    t.is((await create(p, 'vers', 'Ver', { a: '1' }, 'v1alpha1')).headers.warning, await warning('v1alpha1'));
    await p.wire.call('DELETE', crd(p, 'vers'));
  },

  'what the stored version does not know is lost, and a stored version stays': async (t, p) => {
    await define(p, 'keeps', 'Keep', [
      { name: 'v1', served: true, storage: true, ...specOf({ a: text, one: text }) },
      { name: 'v2', served: true, storage: false, ...specOf({ a: text, two: text }) },
    ]);
    const created = await create(p, 'keeps', 'Keep', { a: '1', two: 'x' }, 'v2');
    t.is(created.body.apiVersion, `${groupOf(p)}/v2`);
    t.deepEqual(created.body.spec, { a: '1' });
    t.deepEqual((await p.wire.call('GET', `${at(p, 'keeps')}/a`)).body.spec, { a: '1' });
    const swap = [
      { op: 'replace', path: '/spec/versions/0/storage', value: false },
      { op: 'replace', path: '/spec/versions/1/storage', value: true },
    ];
    const swapped = await p.wire.call('PATCH', crd(p, 'keeps'), { body: swap, type: JSON_PATCH });
    t.deepEqual(swapped.body.status?.storedVersions, ['v1', 'v2']);
    const drop = { body: [{ op: 'remove', path: '/spec/versions/0' }], type: JSON_PATCH };
    const refused = await p.wire.call('PATCH', crd(p, 'keeps'), drop);
    t.is(refused.code, 422);
    t.true(
      refused.body.message.includes(
        'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions',
      ),
      refused.body.message,
    );
    // Nothing may be left in it: a server that lacks a stored version cannot even delete what it stored.
    await p.wire.call('DELETE', `${at(p, 'keeps', 'v2')}/a`);
    await p.wire.call('PATCH', `${crd(p, 'keeps')}/status`, {
      body: { status: { storedVersions: ['v2'] } },
      type: MERGE,
    });
    t.is((await p.wire.call('PATCH', crd(p, 'keeps'), drop)).code, 200);
    await p.wire.call('DELETE', crd(p, 'keeps'));
  },

  'names belong to who had them first, and to the next when the first is gone': async (t, p) => {
    const versions = [{ name: 'v1', served: true, storage: true, ...specOf({}) }];
    await define(p, 'firsts', 'First', versions);
    const first = await conditionsOf(p, 'firsts');
    t.like(first.NamesAccepted, { status: 'True', reason: 'NoConflicts', message: 'no conflicts found' });
    t.like(first.Established, { status: 'True', reason: 'InitialNamesAccepted' });
    await p.wire.call('POST', CRDS, { body: definition(p, 'seconds', 'First', versions, { shortNames: ['sc'] }) });
    await p.wire.call('POST', CRDS, { body: definition(p, 'thirds', 'Third', versions, { shortNames: ['firsts'] }) });
    const refused = async (plural: string) => (await conditionsOf(p, plural)).NamesAccepted?.status === 'False';
    await until('the second is refused', () => refused('seconds'));
    await until('the third is refused', () => refused('thirds'));
    const second = await conditionsOf(p, 'seconds');
    t.like(second.NamesAccepted, { reason: 'ListKindConflict', message: '"FirstList" is already in use' });
    t.like(second.Established, { status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' });
    t.like((await conditionsOf(p, 'thirds')).NamesAccepted, {
      reason: 'ShortNamesConflict',
      message: '"firsts" is already in use',
    });
    t.is((await p.wire.call('GET', at(p, 'seconds'))).code, 404);
    await p.wire.call('DELETE', crd(p, 'firsts'));
    await until('the second is served', async () => (await p.wire.call('GET', at(p, 'seconds'))).code === 200);
    t.is((await conditionsOf(p, 'seconds')).Established?.status, 'True');
    for (const plural of ['seconds', 'thirds']) await p.wire.call('DELETE', crd(p, plural));
  },

  'a CRD goes after its objects, and takes no new ones meanwhile': async (t, p) => {
    await define(p, 'ends', 'End', [{ name: 'v1', served: true, storage: true, ...specOf({}) }]);
    await create(p, 'ends', 'End', {});
    const hold = { metadata: { finalizers: ['a.b/c'] } };
    await p.wire.call('PATCH', `${at(p, 'ends')}/a`, { body: hold, type: MERGE });
    const deleted = await p.wire.call('DELETE', crd(p, 'ends'));
    t.truthy(deleted.body.metadata.deletionTimestamp);
    t.deepEqual(deleted.body.metadata.finalizers, ['customresourcecleanup.apiextensions.k8s.io']);
    const marked = async () => 'deletionTimestamp' in (await p.wire.call('GET', `${at(p, 'ends')}/a`)).body.metadata;
    await until('the object is being deleted', marked);
    const { Terminating } = await conditionsOf(p, 'ends');
    t.like(Terminating, { status: 'True', reason: 'InstanceDeletionInProgress' });
    const late = await p.wire.call('POST', at(p, 'ends'), {
      body: { apiVersion: `${groupOf(p)}/v1`, kind: 'End', metadata: { name: 'late' } },
    });
    t.is(late.code, 403);
    t.is(
      late.body.message,
      `ends.${groupOf(p)} "late" is forbidden: create not allowed while custom resource definition is terminating`,
    );
    await p.wire.call('PATCH', `${at(p, 'ends')}/a`, { body: { metadata: { finalizers: null } }, type: MERGE });
    await until('the CRD is gone', async () => (await p.wire.call('GET', crd(p, 'ends'))).code === 404);
  },

  'objects of a CRD that serves no version go with it': async (t, p) => {
    const versions = [{ name: 'v1', served: true, storage: true, ...specOf({}) }];
    await define(p, 'mutes', 'Mute', versions);
    t.is((await create(p, 'mutes', 'Mute', {})).code, 201);
    const mute = [{ op: 'replace', path: '/spec/versions/0/served', value: false }];
    await p.wire.call('PATCH', crd(p, 'mutes'), { body: mute, type: JSON_PATCH });
    await until('nothing is served', async () => (await p.wire.call('GET', at(p, 'mutes'))).code === 404);
    await p.wire.call('DELETE', crd(p, 'mutes'));
    await until('the CRD is gone', async () => (await p.wire.call('GET', crd(p, 'mutes'))).code === 404);
    await define(p, 'mutes', 'Mute', versions);
    t.deepEqual(namesOf((await p.wire.call('GET', at(p, 'mutes'))).body), []);
    await p.wire.call('DELETE', crd(p, 'mutes'));
  },

  'what a CRD is cannot be changed, what it says can': async (t, p) => {
    await define(p, 'fixeds', 'Fixed', [{ name: 'v1', served: true, storage: true, ...specOf({}) }]);
    const patch = async (spec: object) =>
      (await p.wire.call('PATCH', crd(p, 'fixeds'), { body: { spec }, type: MERGE })).body;
    const immutable = (path: string, value: string) =>
      `CustomResourceDefinition.apiextensions.k8s.io "fixeds.${groupOf(p)}" is invalid: spec.${path}: Invalid value: "${value}": field is immutable`;
    t.is((await patch({ names: { kind: 'Other' } })).message, immutable('names.kind', 'Other'));
    t.is((await patch({ names: { plural: 'others' } })).message, immutable('names.plural', 'others'));
    t.is((await patch({ scope: 'Cluster' })).message, immutable('scope', 'Cluster'));
    t.is((await patch({ group: 'x.y' })).message, immutable('group', 'x.y'));
    const named = await patch({ names: { shortNames: ['fx'], categories: ['toys'] } });
    t.is(named.metadata.generation, 2);
    t.deepEqual((named.spec.names as { shortNames: string[] }).shortNames, ['fx']);
    await p.wire.call('DELETE', crd(p, 'fixeds'));
  },
};
