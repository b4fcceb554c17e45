import 'reflect-metadata';
import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { keepSecret } from '../control/redact.js';
import { readOrCreate } from './durable-file.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CA_LIFETIME_MS = 3650 * DAY_MS;
export const YEAR_MS = 365 * DAY_MS;
/** Certificates are valid a little earlier than now: clients' clocks differ. */
const CLOCK_SKEW_MS = 300_000;

export interface KeyPair {
  /** PEM */
  readonly certificate: string;
  /** PKCS#8 PEM; a secret. */
  readonly key: string;
}

export interface Subject {
  readonly user: string;
  readonly groups: readonly string[];
}

export interface Pki {
  /** PEM of the CA every certificate of this server is signed by. */
  readonly caCertificate: string;
  /** Signs service-account tokens (ES256). */
  readonly serviceAccountKey: KeyObject;
  /** A fresh server certificate for these DNS names and IP addresses. */
  serverCertificate(hosts: readonly string[]): Promise<KeyPair>;
  /** A client certificate: CN is the user, every O a group. */
  clientCertificate(subject: Subject, lifetimeMs?: number): Promise<KeyPair>;
  /** Signs the subject and the key of a certificate request; extensions of the request are not taken over. */
  sign(request: x509.Pkcs10CertificateRequest, terms: SigningTerms): Promise<string>;
}

export interface SigningTerms {
  readonly usages: readonly string[];
  readonly lifetimeMs: number;
}

/** What has to survive a restart; everything else is signed anew. One file holds it, so that no half of it can be lost. */
interface Keys {
  readonly ca: KeyPair;
  readonly serviceAccountKey: string;
}

/** Keys that live as long as this process. */
export const createPki = async (now: () => Date = () => new Date()): Promise<Pki> =>
  pkiOf(await createKeys(now()), now);

/** Keys kept in `dir/pki.json`, readable by its owner only; made at the first call. */
export async function openPki(dir: string, now: () => Date = () => new Date()): Promise<Pki> {
  const text = await readOrCreate(`${dir}/pki.json`, async () => JSON.stringify(await createKeys(now())));
  return pkiOf(parseKeys(`${dir}/pki.json`, text), now);
}

async function createKeys(now: Date): Promise<Keys> {
  const [ca, serviceAccount] = await Promise.all([generateKeys(), generateKeys()]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: ['placet-ca'] }],
      keys: ca,
      signingAlgorithm: ALGORITHM,
      ...validity(now, CA_LIFETIME_MS),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(ca.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return {
    ca: { certificate: pem(certificate), key: await exportKey(ca.privateKey) },
    serviceAccountKey: await exportKey(serviceAccount.privateKey),
  };
}

function parseKeys(path: string, text: string): Keys {
  const keys: unknown = JSON.parse(text);
  if (typeof keys === 'object' && keys !== null && 'ca' in keys && 'serviceAccountKey' in keys) return keys as Keys; // written by createKeys
  throw new Error(`${path}: members ca and serviceAccountKey are missing; restore the file or remove it for new keys`);
}

async function pkiOf(keys: Keys, now: () => Date): Promise<Pki> {
  keepSecret(keys.ca.key);
  keepSecret(keys.serviceAccountKey);
  const ca = new x509.X509Certificate(keys.ca.certificate);
  const caKey = await importKey(keys.ca.key);
  const common = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    await x509.AuthorityKeyIdentifierExtension.create(await ca.publicKey.export(webcrypto), false, webcrypto),
  ];
  const issue = async ({ subject, publicKey, lifetimeMs, extensions }: Issuance): Promise<string> =>
    pem(
      await x509.X509CertificateGenerator.create(
        {
          subject,
          issuer: ca.subjectName,
          publicKey,
          signingKey: caKey,
          signingAlgorithm: ALGORITHM,
          ...validity(now(), lifetimeMs),
          extensions: [...common, ...extensions],
        },
        webcrypto,
      ),
    );
  const issuePair = async (issuance: Omit<Issuance, 'publicKey'>): Promise<KeyPair> => {
    const keys = await generateKeys();
    const key = await exportKey(keys.privateKey);
    return { certificate: await issue({ ...issuance, publicKey: keys.publicKey }), key };
  };
  return {
    caCertificate: keys.ca.certificate,
    serviceAccountKey: createPrivateKey(keys.serviceAccountKey),
    serverCertificate: (hosts) =>
      issuePair({
        subject: [{ CN: ['placet-apiserver'] }],
        lifetimeMs: YEAR_MS,
        extensions: [...usageExtensions(SERVER_USAGES), alternativeNames(hosts)],
      }),
    clientCertificate: ({ user, groups }, lifetimeMs = YEAR_MS) =>
      issuePair({
        subject: [...groups.map((group) => ({ O: [group] })), { CN: [user] }],
        lifetimeMs,
        extensions: usageExtensions(CLIENT_USAGES),
      }),
    sign: (request, { usages, lifetimeMs }) =>
      issue({
        subject: request.subjectName.toJSON(),
        publicKey: request.publicKey,
        lifetimeMs,
        extensions: usageExtensions(usages),
      }),
  };
}

interface Issuance {
  readonly subject: x509.JsonName;
  readonly publicKey: x509.PublicKeyType;
  readonly lifetimeMs: number;
  readonly extensions: readonly x509.Extension[];
}

const SERVER_USAGES = ['digital signature', 'key encipherment', 'server auth'];
const CLIENT_USAGES = ['digital signature', 'key encipherment', 'client auth'];

/** Kubernetes' names of key usages that are bits of the key-usage extension. */
const KEY_USAGES: Readonly<Record<string, x509.KeyUsageFlags>> = {
  signing: x509.KeyUsageFlags.digitalSignature,
  'digital signature': x509.KeyUsageFlags.digitalSignature,
  'content commitment': x509.KeyUsageFlags.nonRepudiation,
  'key encipherment': x509.KeyUsageFlags.keyEncipherment,
  'data encipherment': x509.KeyUsageFlags.dataEncipherment,
  'key agreement': x509.KeyUsageFlags.keyAgreement,
};

/** Kubernetes' names of extended key usages. */
const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
};

function usageExtensions(usages: readonly string[]): x509.Extension[] {
  const flags = usages.reduce((bits, usage) => bits | (KEY_USAGES[usage] ?? 0), 0);
  const extended = usages.flatMap((usage) => EXTENDED_KEY_USAGES[usage] ?? []);
  return [
    ...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]),
    ...(extended.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(extended)]),
  ];
}

const alternativeNames = (hosts: readonly string[]): x509.Extension =>
  new x509.SubjectAlternativeNameExtension(
    hosts.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
  );

// Certificates carry whole seconds.
const validity = (now: Date, lifetimeMs: number) => ({
  notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
  notAfter: new Date(now.getTime() + lifetimeMs),
});

const pem = (certificate: x509.X509Certificate): string => `${certificate.toString('pem').trim()}\n`;

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

const exportKey = async (key: webcrypto.CryptoKey): Promise<string> =>
  `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY').trim()}\n`;

const importKey = (key: string): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(key), ALGORITHM, false, ['sign']);
