import { CRDS } from '../../src/api/crd.js';
import { createPki } from '../../src/apiserver/pki.js';
import { startApiServer } from '../../src/apiserver/server.js';
import { createMemoryStore } from '../../src/apiserver/store/memory.js';
import { silentLogger } from '../../src/control/log.js';
import { type Access, Wire } from '../conformance/wire.js';
import { until } from '../until.js';
import { DEFINITIONS } from './definition-answers.js';
import { GIZMO_API, GIZMO_CRD } from './gizmo.js';

export interface FuzzServer extends Access {
  close(): Promise<void>;
}

/** Without its loops: what garbage collection does in its own time cannot be compared. */
export async function startEmbedded(): Promise<FuzzServer> {
  const token = 'fuzz-administrator';
  const staticTokens = new Map([[token, { name: 'fuzz', groups: ['system:masters', 'system:authenticated'] }]]);
  const server = await startApiServer({
    store: createMemoryStore(),
    pki: await createPki(),
    log: silentLogger,
    staticTokens,
    controllers: [],
  });
  return { url: server.url, ca: server.caCertificate, token, close: server.close };
}

/** Defines the kinds of the domain. */
export async function prepare(access: Access): Promise<void> {
  const wire = new Wire(access);
  try {
    for (const body of [GIZMO_CRD, ...CRDS]) {
      const { code, body: answer } = await wire.call('POST', DEFINITIONS, { body });
      if (code !== 201 && code !== 409) throw new Error(answer.message);
    }
    await until('gizmos are served', async () => (await wire.call('GET', `/apis/${GIZMO_API}/gizmos`)).code === 200);
  } finally {
    wire.close();
  }
}
