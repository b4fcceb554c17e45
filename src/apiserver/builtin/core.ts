import type { Unstructured } from '../../api/meta.js';
import { equalJson, memberOf } from '../../apimachinery/json.js';
import type { Strategy } from '../kind.js';
import type { Cause } from '../status-error.js';
import { forbiddenField, immutableNamed, invalidValue, required, tooLong } from './checks/causes.js';
import { type Labels, typed } from './model/typed.js';

const DATA_KEY = /^[-._a-zA-Z0-9]+$/;
const MAX_DATA_BYTES = 1024 * 1024;

function validateDataKey(key: string, field: string): Cause[] {
  const at = `${field}[${key}]`;
  if (key === '') return [invalidValue(at, key, emptyOrBadKey)];
  if (key.length > 253) return [invalidValue(at, key, 'must be no more than 253 characters')];
  if (key === '.') return [invalidValue(at, key, "must not be '.'")];
  if (key === '..') return [invalidValue(at, key, "must not be '..'")];
  if (key.startsWith('..')) return [invalidValue(at, key, "must not start with '..'")];
  return DATA_KEY.test(key) ? [] : [invalidValue(at, key, emptyOrBadKey)];
}

const emptyOrBadKey =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

interface Data {
  data?: Labels;
  binaryData?: Labels;
  stringData?: Labels;
  immutable?: boolean;
  type?: string;
}

/** Once immutable, neither the content nor the mark itself may change. */
function validateImmutable(object: Data, before: Data | undefined): Cause[] {
  if (!before?.immutable) return [];
  const frozen = 'field is immutable when `immutable` is set';
  return [
    ...(object.immutable ? [] : [forbiddenField('immutable', frozen)]),
    ...(equalJson(object.data ?? {}, before.data ?? {}) ? [] : [forbiddenField('data', frozen)]),
    ...(equalJson(object.binaryData ?? {}, before.binaryData ?? {}) ? [] : [forbiddenField('binaryData', frozen)]),
  ];
}

const sizeOf = (...maps: (Labels | undefined)[]): number =>
  maps.flatMap((map) => Object.values(map ?? {})).reduce((sum, value) => sum + Buffer.byteLength(value), 0);

export const configMap: Strategy = {
  validate(object, before) {
    const { data = {}, binaryData = {} } = typed<Data>(object);
    return [
      ...validateImmutable(typed<Data>(object), before && typed<Data>(before)),
      ...Object.keys(data).flatMap((key) => [
        ...validateDataKey(key, 'data'),
        ...(Object.hasOwn(binaryData, key)
          ? [invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')]
          : []),
      ]),
      ...Object.keys(binaryData).flatMap((key) => validateDataKey(key, 'binaryData')),
      ...(sizeOf(data, binaryData) > MAX_DATA_BYTES ? [tooLong('', MAX_DATA_BYTES)] : []),
    ];
  },
};

const foldStringData = (draft: Unstructured): void => {
  const secret = typed<Data>(draft);
  secret.type ||= 'Opaque';
  if (secret.stringData) {
    const encoded = Object.entries(secret.stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
    delete secret.stringData;
  }
};

const SECRET_TYPE_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

export const secret: Strategy = {
  complete: foldStringData,
  validate(object, before) {
    const { data = {}, type = '' } = typed<Data>(object);
    return [
      ...(before && typed<Data>(before).type !== type ? [immutableNamed('type', type)] : []),
      ...validateImmutable(typed<Data>(object), before && typed<Data>(before)),
      ...Object.entries(data).flatMap(([key]) => validateDataKey(key, 'data')),
      ...(memberOf(SECRET_TYPE_KEYS, type) ?? [])
        .filter((key) => !Object.hasOwn(data, key))
        .map((key) => required(`data[${key}]`)),
      ...(type === 'kubernetes.io/service-account-token' &&
      !object.metadata.annotations?.['kubernetes.io/service-account.name']
        ? [required('metadata.annotations[kubernetes.io/service-account.name]')]
        : []),
      ...(sizeOf(data) > (MAX_DATA_BYTES * 4) / 3 ? [tooLong('data', MAX_DATA_BYTES)] : []),
    ];
  },
};

export const serviceAccount: Strategy = {};

/** Events of the core group and of events.k8s.io are the same objects; these fields exist in both under other names. */
export const event: Strategy = {
  validate(object) {
    const { involvedObject, regarding } = typed<{
      involvedObject?: { namespace?: string };
      regarding?: { namespace?: string };
    }>(object);
    const about = involvedObject ?? regarding;
    const { namespace } = object.metadata;
    // Events about cluster-scoped objects live in `default`.
    const expected = about?.namespace || 'default';
    return namespace === expected || (!about?.namespace && namespace === 'kube-system')
      ? []
      : [invalidValue('involvedObject.namespace', about?.namespace ?? '', 'does not match event.namespace')];
  },
};

interface LeaseSpec {
  leaseDurationSeconds?: number;
  leaseTransitions?: number;
}

const withSpec = (draft: Unstructured): void => {
  draft.spec ??= {};
};

export const lease: Strategy = {
  complete: withSpec,
  validate(object) {
    const { leaseDurationSeconds, leaseTransitions } = typed<LeaseSpec>(object.spec ?? {});
    return [
      ...(leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0
        ? [invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0')]
        : []),
      ...(leaseTransitions !== undefined && leaseTransitions < 0
        ? [invalidValue('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0')]
        : []),
    ];
  },
};
