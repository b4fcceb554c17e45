import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { until } from '../until.js';
import { type Cases, MERGE, type Place } from './fixture.js';
import { as, RBAC, RBAC_GROUP, userKind, whoAmI, wireOf } from './users.js';
import type { Answer, Call, Json } from './wire.js';

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const SIGNER = 'kubernetes.io/kube-apiserver-client';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

interface Asked {
  /** PEM in base64. */
  readonly request: string;
  /** PEM */
  readonly key: string;
}

async function ask(user: string, group: string): Promise<Asked> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const name = [{ O: [group] }, { CN: [user] }];
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    { name, keys, signingAlgorithm: ALGORITHM },
    webcrypto,
  );
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { request: Buffer.from(request.toString('pem')).toString('base64'), key };
}

/** Keys take time, and most cases never use what was signed. */
let shared: Promise<Asked> | undefined;

async function create(p: Place, name: string, spec: object = {}, call: Call = {}): Promise<Answer> {
  shared ??= ask('dave', 'dev');
  const { request } = await shared;
  const usages = ['client auth', 'digital signature'];
  const body = { metadata: { name: `${p.namespace}-${name}` }, spec: { request, signerName: SIGNER, usages, ...spec } };
  return p.wire.call('POST', REQUESTS, { body, ...call });
}

const condition = (type: string, more = {}) => ({
  type,
  status: 'True',
  reason: 'Tested',
  message: 'by hand',
  ...more,
});

const decide = (p: Place, name: string, conditions: readonly object[], call: Call = {}): Promise<Answer> =>
  p.wire.call('PATCH', `${REQUESTS}/${p.namespace}-${name}/approval`, {
    body: { status: { conditions } },
    type: MERGE,
    ...call,
  });

const report = (p: Place, name: string, status: object, call: Call = {}): Promise<Answer> =>
  p.wire.call('PATCH', `${REQUESTS}/${p.namespace}-${name}/status`, { body: { status }, type: MERGE, ...call });

interface Status {
  readonly conditions?: readonly { readonly type: string; readonly reason: string; readonly lastUpdateTime?: string }[];
  readonly certificate?: string;
}

async function settled(p: Place, name: string, done: (status: Status) => boolean): Promise<Status> {
  let status: Status = {};
  await until(`${name} is settled`, async () => {
    const { body } = await p.wire.call('GET', `${REQUESTS}/${p.namespace}-${name}`);
    status = (body.status ?? {}) as Status;
    return done(status);
  });
  return status;
}

const messageOf = (
  t: { is(a: unknown, b: unknown, message?: string): unknown },
  answer: Answer,
  code = 422,
): string => {
  t.is(answer.code, code, answer.body.message);
  return answer.body.message.replace(/^CertificateSigningRequest\.certificates\.k8s\.io ".*?" is invalid: /, '');
};

const MUTUALLY = 'Approved and Denied conditions are mutually exclusive';

export const CERTIFICATE_CASES: Cases = {
  'a request for a certificate says who asks, as the server knows': async (t, p) => {
    const claims = { username: 'evil', uid: 'x', groups: ['system:masters'], extra: { a: ['b'] } };
    const { code, body } = await create(p, 'a', claims, as('dave', ['system:masters'], { 'impersonate-extra-k': 'v' }));
    t.is(code, 201);
    const { request: _, ...spec } = body.spec;
    t.deepEqual(spec, {
      signerName: SIGNER,
      usages: ['client auth', 'digital signature'],
      username: 'dave',
      groups: ['system:masters', 'system:authenticated'],
      extra: { k: ['v'] },
    });
    const changed = {
      spec: { usages: ['server auth'], username: 'evil' },
      status: { conditions: [condition('Approved')] },
    };
    const path = `${REQUESTS}/${p.namespace}-a`;
    const patched = (await p.wire.call('PATCH', path, { body: changed, type: MERGE })).body;
    t.deepEqual(patched.spec, body.spec);
    t.deepEqual(patched.status, {});
  },

  'an approved request is signed, and its certificate logs in': async (t, p) => {
    const { request, key } = await ask('dave', 'dev');
    await create(p, 'a', { request, expirationSeconds: 600 });
    const approved = (await decide(p, 'a', [condition('Approved')])).body as Json & { status: Status };
    t.truthy(approved.status.conditions?.[0]?.lastUpdateTime);
    const { certificate = '' } = await settled(p, 'a', (status) => status.certificate !== undefined);
    const pem = Buffer.from(certificate, 'base64').toString();
    const { notBefore, notAfter } = new x509.X509Certificate(x509.PemConverter.decode(pem)[0] ?? '');
    t.true(notAfter.getTime() - notBefore.getTime() <= 20 * 60_000);
    const wire = wireOf(p, { certificate: { certificate: pem, key } });
    t.teardown(() => wire.close());
    const { userInfo } = (await whoAmI(wire)) as { userInfo: Readonly<Record<string, unknown>> };
    t.is(userInfo.username, 'dave');
    t.deepEqual(userInfo.groups, ['dev', 'system:authenticated']);
    const other = { certificate: Buffer.from(pem.replace(/\n/, '\n\n')).toString('base64') };
    t.is(
      messageOf(t, await report(p, 'a', other)),
      'status.certificate: Forbidden: updates may not modify existing certificate content',
    );
  },

  'a request the signer cannot fulfil fails': async (t, p) => {
    await create(p, 'a', { usages: ['client auth', 'server auth'] });
    await decide(p, 'a', [condition('Approved')]);
    const { conditions, certificate } = await settled(p, 'a', (status) => status.conditions?.length === 2);
    t.is(certificate, undefined);
    t.is(conditions?.[1]?.type, 'Failed');
    t.is(conditions?.[1]?.reason, 'SignerValidationFailure');
  },

  'a decision about a request is one, and stays': async (t, p) => {
    await create(p, 'a');
    await create(p, 'b');
    t.is(
      messageOf(t, await decide(p, 'a', [condition('Approved'), condition('Denied')])),
      `status.conditions: Invalid value: "Denied": ${MUTUALLY}`,
    );
    t.is((await decide(p, 'a', [condition('Denied')])).code, 200);
    t.is(
      messageOf(t, await decide(p, 'a', [condition('Denied'), condition('Approved')])),
      `status.conditions: Invalid value: "Approved": ${MUTUALLY}`,
    );
    t.is(
      messageOf(t, await decide(p, 'a', [])),
      'status.conditions: Forbidden: updates may not remove a condition of type "Denied"',
    );
    t.is(
      messageOf(t, await decide(p, 'b', [condition('Approved', { status: 'False' })])),
      'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
    );
    t.is(messageOf(t, await decide(p, 'b', [{ type: 'Approved' }])), 'status.conditions[0].status: Required value');
    t.regex(messageOf(t, await decide(p, 'b', [condition('Approved'), condition('Approved')])), /Duplicate value/);
  },

  'decisions are made at the approval only, and nothing else there': async (t, p) => {
    await create(p, 'a');
    t.is(
      messageOf(t, await report(p, 'a', { conditions: [condition('Approved')] })),
      'status.conditions: Forbidden: updates may not add a condition of type "Approved"',
    );
    const certificate = Buffer.from('x').toString('base64');
    const path = `${REQUESTS}/${p.namespace}-a/approval`;
    const approval = await p.wire.call('PATCH', path, { body: { status: { certificate } }, type: MERGE });
    t.is(approval.code, 200);
    t.deepEqual(approval.body.status, {});
    t.is(
      messageOf(t, await report(p, 'a', { certificate })),
      'status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block',
    );
    t.is((await p.wire.call('GET', path)).body.kind, 'CertificateSigningRequest');
  },

  'who approves or signs needs the signer, beside the subresource': async (t, p) => {
    const name = `${p.namespace}-approver`;
    const group = 'certificates.k8s.io';
    const resources = ['', '/approval', '/status'].map((sub) => `certificatesigningrequests${sub}`);
    const signers = (verb: string, signer: string) => ({
      apiGroups: [group],
      resources: ['signers'],
      resourceNames: [signer],
      verbs: [verb],
    });
    const rules = [
      { apiGroups: [group], resources, verbs: ['*'] },
      signers('approve', 'example.com/*'),
      signers('sign', 'example.com/one'),
    ];
    await p.wire.call('POST', `${RBAC}/clusterroles`, { body: { metadata: { name }, rules } });
    const roleRef = { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name };
    await p.wire.call('POST', `${RBAC}/clusterrolebindings`, {
      body: { metadata: { name }, roleRef, subjects: [userKind(name)] },
    });
    await until('the approver may', async () => (await p.wire.call('GET', REQUESTS, as(name))).code === 200);
    await create(p, 'a');
    await create(p, 'one', { signerName: 'example.com/one' });
    await create(p, 'two', { signerName: 'example.com/two' });
    const on = (what: string) => `certificatesigningrequests.certificates.k8s.io "${p.namespace}-${what}" is forbidden`;
    t.is(
      messageOf(t, await decide(p, 'a', [condition('Approved')], as(name)), 403),
      `${on('a')}: user not permitted to approve requests with signerName "${SIGNER}"`,
    );
    t.is((await decide(p, 'two', [condition('Approved')], as(name))).code, 200);
    t.is(
      messageOf(t, await report(p, 'two', { conditions: [condition('Approved'), condition('Failed')] }, as(name)), 403),
      `${on('two')}: user not permitted to sign requests with signerName "example.com/two"`,
    );
    t.is((await report(p, 'one', { conditions: [condition('Failed')] }, as(name))).code, 200);
  },

  'a request that is none is refused with the reason': async (t, p) => {
    const refused = async (spec: object) => messageOf(t, await create(p, 'a', spec));
    const pem = (text: string) => Buffer.from(text).toString('base64');
    t.is(await refused({ usages: [] }), 'spec.usages: Required value');
    t.regex(
      await refused({ usages: ['fly'] }),
      /^spec\.usages\[0\]: Unsupported value: "fly": supported values: "any", "cert sign", "client auth", /,
    );
    t.is(await refused({ usages: ['client auth', 'client auth'] }), 'spec.usages[1]: Duplicate value: "client auth"');
    t.is(await refused({ signerName: '' }), 'spec.signerName: Required value');
    t.is(
      await refused({ signerName: 'one' }),
      `spec.signerName: Invalid value: "one": must be a fully qualified domain and path of the form 'example.com/signer-name'`,
    );
    t.regex(
      await refused({ signerName: 'Foo.x/y' }),
      /^spec\.signerName: Invalid value: "Foo\.x": validating label "Foo": a lowercase RFC 1123 label must/,
    );
    t.is(
      await refused({ signerName: 'kubernetes.io/legacy-unknown' }),
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    );
    t.regex(
      await refused({ request: pem('x') }),
      /^spec\.request: Invalid value: .*: PEM block type must be CERTIFICATE REQUEST$/,
    );
    t.is(
      await refused({ expirationSeconds: 10 }),
      'spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 600 seconds (10 minutes)',
    );
    const masters = await create(p, 'a', { request: (await ask('dave', 'system:masters')).request });
    t.is(
      messageOf(t, masters, 403),
      `certificatesigningrequests.certificates.k8s.io "${p.namespace}-a" is forbidden: use of ${SIGNER} signer with system:masters group is not allowed`,
    );
  },
};
