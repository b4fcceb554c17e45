import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Unstructured } from '../../api/meta.js';
import { dns1123LabelProblems } from '../../apimachinery/names.js';
import { duplicate, forbiddenField, invalidValue, required, unsupported } from '../builtin/checks/causes.js';
import { type Condition, statusOf } from '../builtin/model/typed.js';
import type { Cause } from '../status-error.js';

export interface RequestSpec {
  /** PEM in base64. */
  request?: string;
  signerName?: string;
  usages?: string[];
  expirationSeconds?: number;
  username?: string;
  groups?: readonly string[];
}

export const parseRequest = (base64: string): x509.Pkcs10CertificateRequest =>
  new x509.Pkcs10CertificateRequest(Buffer.from(base64, 'base64').toString());

const USAGES: readonly string[] = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

/** What is wrong with a new request for a certificate. */
export function requestProblems({ request, signerName = '', usages = [], expirationSeconds }: RequestSpec): Cause[] {
  return [
    ...(isRequest(request ?? '')
      ? []
      : [invalidValue('spec.request', request, 'PEM block type must be CERTIFICATE REQUEST')]),
    ...(usages.length > 0 ? [] : [required('spec.usages')]),
    ...usages.flatMap((usage, at) => usageProblems(usages, usage, at)),
    ...(signerName === '' ? [required('spec.signerName')] : signerNameProblems(signerName)),
    ...(expirationSeconds !== undefined && expirationSeconds < 600
      ? [
          invalidValue(
            'spec.expirationSeconds',
            expirationSeconds,
            'may not specify a duration less than 600 seconds (10 minutes)',
          ),
        ]
      : []),
  ];
}

function usageProblems(all: readonly string[], usage: string, at: number): Cause[] {
  const field = `spec.usages[${at}]`;
  if (!USAGES.includes(usage)) return [unsupported(field, usage, USAGES)];
  return all.indexOf(usage) < at ? [duplicate(field, usage)] : [];
}

function signerNameProblems(name: string): Cause[] {
  const [domain = '', path, ...more] = name.split('/');
  const refused = (value: string, why: string): Cause[] => [invalidValue('spec.signerName', value, why)];
  if (path === undefined || more.length > 0)
    return refused(name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
  if (!domain.includes('.')) return refused(domain, 'should be a domain with at least two segments separated by dots');
  for (const value of [domain, path]) {
    for (const label of value.split('.')) {
      const [problem] = dns1123LabelProblems(label);
      if (problem) return refused(value, `validating label ${JSON.stringify(label)}: ${problem}`);
    }
  }
  return name === 'kubernetes.io/legacy-unknown'
    ? refused(name, 'the legacy signerName is not allowed via this API version')
    : [];
}

export interface RequestStatus {
  conditions: Condition[];
  certificate?: string;
}

const DECISIONS: readonly string[] = ['Approved', 'Denied'];
const LASTING: readonly string[] = [...DECISIONS, 'Failed'];

/** What is wrong with the status of a request, by itself and after the one before. */
export function statusProblems(object: Unstructured, before: Unstructured | undefined): Cause[] {
  const { conditions = [], certificate } = statusOf<RequestStatus>(object);
  const old: Partial<RequestStatus> = before ? statusOf<RequestStatus>(before) : {};
  const has = (type: string): boolean => conditions.some((condition) => condition.type === type);
  const types = conditions.map(({ type }) => type);
  return [
    ...conditions.flatMap((condition, at) => conditionProblems(condition, at)),
    ...types.flatMap((type, at) => (types.indexOf(type) < at ? [duplicate(`status.conditions[${at}]`, { type })] : [])),
    ...decisionProblems(conditions),
    ...(certificate === undefined || isCertificate(certificate)
      ? []
      : [invalidValue('status.certificate', '<certificate data>', 'must contain at least one CERTIFICATE PEM block')]),
    ...(old.conditions ?? [])
      .filter(({ type }) => LASTING.includes(type) && !has(type))
      .map(({ type }) => forbiddenField('status.conditions', `updates may not remove a condition of type "${type}"`)),
    ...(old.certificate !== undefined && old.certificate !== certificate
      ? [forbiddenField('status.certificate', 'updates may not modify existing certificate content')]
      : []),
  ];
}

function conditionProblems({ type, status }: Condition, at: number): Cause[] {
  const path = `status.conditions[${at}]`;
  if (!type) return [required(`${path}.type`)];
  const allowed = LASTING.includes(type) ? ['True'] : ['True', 'False', 'Unknown'];
  if (!status) return [required(`${path}.status`)];
  return allowed.includes(status) ? [] : [unsupported(`${path}.status`, status, allowed)];
}

/** The second decision is the one that is wrong. */
function decisionProblems(conditions: readonly Condition[]): Cause[] {
  const made = conditions.map(({ type }) => type).filter((type) => DECISIONS.includes(type));
  const other = made.find((type) => type !== made[0]);
  return other === undefined
    ? []
    : [invalidValue('status.conditions', other, 'Approved and Denied conditions are mutually exclusive')];
}

/** Decisions are for the approval subresource. */
export function undecidedProblems(object: Unstructured, before: Unstructured | undefined): Cause[] {
  const decided = (one: Unstructured | undefined): readonly string[] =>
    (one ? (statusOf<RequestStatus>(one).conditions ?? []) : []).map(({ type }) => type);
  const known = decided(before);
  return decided(object)
    .filter((type) => DECISIONS.includes(type) && !known.includes(type))
    .map((type) => forbiddenField('status.conditions', `updates may not add a condition of type "${type}"`));
}

const isCertificate = (base64: string): boolean =>
  Buffer.from(base64, 'base64').toString().includes('-----BEGIN CERTIFICATE-----');

function isRequest(base64: string): boolean {
  const text = Buffer.from(base64, 'base64').toString();
  if (!text.includes('-----BEGIN CERTIFICATE REQUEST-----')) return false;
  try {
    parseRequest(base64);
    return true;
  } catch {
    // The library throws whatever its decoder met first; what matters is that nobody can sign this.
    return false;
  }
}
