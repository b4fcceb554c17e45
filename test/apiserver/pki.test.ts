import 'reflect-metadata';
import { createPublicKey, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import test, { type ExecutionContext } from 'ava';
import { kubeconfigText } from '../../src/apiserver/kubeconfig.js';
import { createPki, type KeyPair, openPki, type Pki } from '../../src/apiserver/pki.js';

const temporaryFolder = async (t: ExecutionContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'placet-pki-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** Connects with a client certificate and tells whom the server saw; undefined when it trusted nobody. */
async function handshake(t: ExecutionContext, pki: Pki, client: KeyPair): Promise<unknown> {
  const { certificate, key } = await pki.serverCertificate(['localhost', '127.0.0.1']);
  const server = createServer({
    cert: certificate,
    key,
    ca: pki.caCertificate,
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('request', (incoming, response) => {
    const socket = incoming.socket as TLSSocket; // an https server's sockets are TLS sockets
    response.end(JSON.stringify(socket.authorized ? socket.getPeerCertificate().subject : null));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo; // listening on TCP
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, agent: false, ca: pki.caCertificate, cert: client.certificate, key: client.key },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += String(chunk);
        });
        response.on('end', () => resolve(JSON.parse(body)));
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

test('a client certificate carries the user as CN and the groups as O, and passes mutual TLS', async (t) => {
  const pki = await createPki();
  const client = await pki.clientCertificate({ user: 'system:admin, a=b', groups: ['system:masters', 'two'] });
  t.like(await handshake(t, pki, client), { CN: 'system:admin, a=b', O: ['system:masters', 'two'] });
});

test('a certificate of another CA is not trusted', async (t) => {
  const [ours, theirs] = await Promise.all([createPki(), createPki()]);
  t.is(await handshake(t, ours, await theirs.clientCertificate({ user: 'eve', groups: ['system:masters'] })), null);
});

test('a certificate request keeps its subject and key, and gets only the usages it was granted', async (t) => {
  const pki = await createPki();
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: [{ O: ['agents'] }, { CN: ['agent-1'] }],
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [new x509.BasicConstraintsExtension(true, 5, true)],
    },
    webcrypto,
  );
  const certificate = new X509Certificate(
    await pki.sign(request, { usages: ['digital signature', 'client auth'], lifetimeMs: 3_600_000 }),
  );
  t.is(certificate.subject, 'O=agents\nCN=agent-1');
  t.false(certificate.ca);
  t.true(certificate.verify(createPublicKey(pki.caCertificate)));
  t.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  t.true(Date.parse(certificate.validTo) - Date.now() <= 3_600_000);
});

test('keys survive a restart, in one file only its owner can read', async (t) => {
  const folder = join(await temporaryFolder(t), 'new');
  const [first, second] = await Promise.all([openPki(folder), openPki(folder)]);
  const third = await openPki(folder);
  t.is(second.caCertificate, first.caCertificate);
  t.is(third.caCertificate, first.caCertificate);
  t.true(third.serviceAccountKey.equals(first.serviceAccountKey));
  t.deepEqual(await readdir(folder), ['pki.json']);
  t.is((await stat(join(folder, 'pki.json'))).mode & 0o777, 0o600);
  t.like(await handshake(t, third, await first.clientCertificate({ user: 'u', groups: [] })), { CN: 'u' });
});

test('a start that was killed while it wrote its keys is made good by the next', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'pki.json.0000'), '{"ca":');
  await t.notThrowsAsync(openPki(folder));
  const text = await readFile(join(folder, 'pki.json'), 'utf8');
  t.notThrows(() => JSON.parse(text));
});

test('a damaged key file is an error that names it, never replaced by new keys', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'pki.json'), '{}');
  await t.throwsAsync(openPki(folder), { message: /pki\.json: members ca and serviceAccountKey are missing/ });
});

test('a kubeconfig holds the server, its CA and the credentials', (t) => {
  const text = kubeconfigText({
    server: 'https://127.0.0.1:1',
    caCertificate: 'CA',
    user: 'me',
    credentials: { token: 'abc' },
    namespace: 'ns',
  });
  t.like(JSON.parse(text), {
    clusters: [{ cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': 'Q0E=' } }],
    users: [{ name: 'me', user: { token: 'abc' } }],
    contexts: [{ context: { user: 'me', namespace: 'ns' } }],
  });
});
