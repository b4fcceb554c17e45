import test from 'ava';
import { CRDS } from '../../src/api/crd.js';
import { createPki } from '../../src/apiserver/pki.js';
import { type ApiServer, startApiServer } from '../../src/apiserver/server.js';
import { createMemoryStore } from '../../src/apiserver/store/memory.js';
import { silentLogger } from '../../src/control/log.js';
import { DISCOVERY_CASES } from './contract/discovery.js';
import { configMap, eventually, newPlace, WIDGET_CRD, WIDGETS, widget } from './contract/fixture.js';
import { LIST_CASES } from './contract/lists.js';
import { OBJECT_CASES } from './contract/objects.js';
import { REFUSALS } from './contract/refusals.js';
import { Wire } from './contract/wire.js';

let wire: Wire;
let server: ApiServer;

test.before(async (t) => {
  const token = 'contract-administrator';
  const staticTokens = new Map([[token, { name: 'contract', groups: ['system:masters', 'system:authenticated'] }]]);
  server = await startApiServer({
    store: createMemoryStore(),
    pki: await createPki(),
    crds: CRDS,
    log: silentLogger,
    staticTokens,
  });
  wire = new Wire({ url: server.url, ca: server.caCertificate, token });
  await wire.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: WIDGET_CRD });
  await eventually('widgets are served', async () => (await wire.call('GET', `${WIDGETS}/widgets`)).code === 200);
  t.pass();
});

test.after.always(async () => {
  wire.close();
  await server.close();
});

for (const [title, run] of Object.entries({ ...OBJECT_CASES, ...LIST_CASES, ...DISCOVERY_CASES })) {
  test(title, async (t) => run(t, await newPlace(wire)));
}

for (const [what, { method, path, call, code, reason, message, causes }] of Object.entries(REFUSALS)) {
  test(`refused with ${code}: ${what}`, async (t) => {
    const place = await newPlace(wire);
    await wire.call('POST', place.widgets, { body: widget('taken') });
    await wire.call('POST', place.configMaps, { body: configMap('taken') });
    const { code: got, body } = await wire.call(method, path(place), call);
    t.is(got, code, body.message);
    t.is(body.kind, 'Status');
    t.is<unknown, unknown>(body.status, 'Failure');
    t.is(body.code, code);
    t.is(body.reason ?? '', reason);
    if (typeof message === 'string') t.is(body.message, message);
    else t.regex(body.message, message);
    if (causes) t.deepEqual(body.details.causes.map(({ field }) => field).sort(), [...causes].sort());
  });
}
