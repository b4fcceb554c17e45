import { type Cases, widget } from './fixture.js';

const as = (form: string, version = 'v1'): string => `application/json;as=${form};v=${version};g=meta.k8s.io`;
const TABLE = as('Table');

/** How a client may have objects. */
export const FORM_CASES: Cases = {
  'rows of a table hold nothing, metadata or the whole object': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const row = async (query: string) =>
      (await p.wire.call('GET', `${p.widgets}${query}`, { accept: TABLE })).body.rows[0];
    t.is<unknown, unknown>((await row('?includeObject=None'))?.object, null);
    t.deepEqual(Object.keys((await row(''))?.object ?? {}).sort(), ['apiVersion', 'kind', 'metadata']);
    t.deepEqual((await row('?includeObject=Object'))?.object?.spec, { size: 3, colour: 'red' });
  },

  'a table of a page says where to go on': async (t, p) => {
    for (const name of ['a', 'b']) await p.wire.call('POST', p.widgets, { body: widget(name) });
    const first = await p.wire.call('GET', `${p.widgets}?limit=1`, { accept: TABLE });
    t.is(first.body.metadata.remainingItemCount, 1);
    const next = `${p.widgets}?limit=1&continue=${first.body.metadata.continue}`;
    const second = await p.wire.call('GET', next, { accept: TABLE });
    t.is(second.body.rows[0]?.cells[0], 'b');
    t.is(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
  },

  'the first form of a list that the server has is taken': async (t, p) => {
    await p.wire.call('POST', p.widgets, { body: widget('a') });
    const kind = async (accept: string) => (await p.wire.call('GET', `${p.widgets}/a`, { accept })).body.kind;
    t.is(await kind(`${as('Nothing')},${TABLE},application/json`), 'Table');
    t.is(await kind(`text/html, application/json`), 'Widget');
    t.is(await kind('*/*'), 'Widget');
    t.is(await kind('application/json;charset=utf-8'), 'Widget');
    t.is(await kind(as('PartialObjectMetadata')), 'PartialObjectMetadata');
    t.is(await kind(as('Table', 'v1beta1')), 'Table');
  },

  'writers may have tables and metadata too, and refusals stay what they are': async (t, p) => {
    const accept = TABLE;
    t.is((await p.wire.call('POST', p.widgets, { body: widget('a'), accept })).body.kind, 'Table');
    const metadata = { accept: as('PartialObjectMetadata') };
    const created = await p.wire.call('POST', p.widgets, { body: widget('b'), ...metadata });
    t.is(created.code, 201);
    t.is(created.body.kind, 'PartialObjectMetadata');
    t.is((await p.wire.call('GET', `${p.widgets}/none`, { accept })).body.kind, 'Status');
    t.is((await p.wire.call('DELETE', `${p.widgets}/a`, { accept })).body.kind, 'Status');
  },

  'tables of built-in kinds have the columns kubectl prints': async (t, p) => {
    const at = `/api/v1/namespaces/${p.namespace}`;
    const wide = (names: string) => names.replace(/[^ ]+/g, '$&*');
    const columns: Readonly<Record<string, string>> = {
      [p.configMaps]: 'Name Data Age',
      [`${at}/secrets`]: 'Name Type Data Age',
      [`${at}/serviceaccounts`]: 'Name Age',
      [`${at}/services`]: `Name Type Cluster-IP External-IP Port(s) Age ${wide('Selector')}`,
      [`${at}/events`]: `Last_Seen Type Reason Object Subobject* Source* Message First_Seen* Count* Name*`,
      [`${at}/pods`]: `Name Ready Status Restarts Age ${wide('IP Node Nominated_Node Readiness_Gates')}`,
      '/api/v1/namespaces': 'Name Status Age',
      '/api/v1/nodes': `Name Status Roles Age Version ${wide('Internal-IP External-IP OS-Image Kernel-Version Container-Runtime')}`,
      '/apis/apps/v1/deployments': `Name Ready Up-to-date Available Age ${wide('Containers Images Selector')}`,
      '/apis/batch/v1/jobs': `Name Status Completions Duration Age ${wide('Containers Images Selector')}`,
      '/apis/coordination.k8s.io/v1/leases': 'Name Holder Age',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles': 'Name Created_At',
    };
    for (const [path, wanted] of Object.entries(columns)) {
      const { columnDefinitions } = (await p.wire.call('GET', `${path}?limit=1`, { accept: TABLE })).body;
      const found = columnDefinitions.map(
        ({ name, priority }) => `${name.replace(' ', '_')}${priority === 0 ? '' : '*'}`,
      );
      t.is(found.join(' '), wanted, path);
    }
  },

  'an event is told with its source, its time and its count': async (t, p) => {
    const at = `/api/v1/namespaces/${p.namespace}/events`;
    const about = {
      involvedObject: { namespace: p.namespace, name: 'x', kind: 'Pod', fieldPath: 'spec.containers{c}' },
    };
    const told = {
      reason: 'Tested',
      message: 'by hand ',
      type: 'Normal',
      count: 3,
      source: { component: 'c', host: 'h' },
    };
    await p.wire.call('POST', at, { body: { metadata: { name: 'a' }, ...about, ...told } });
    const [row] = (await p.wire.call('GET', at, { accept: TABLE })).body.rows;
    const subject = ['pod/x', 'spec.containers{c}', 'c, h', 'by hand'];
    t.deepEqual(row?.cells, ['<unknown>', 'Normal', 'Tested', ...subject, '<unknown>', 3, 'a']);
  },
};
