import type { Unstructured } from '../../../api/meta.js';
import { parseSloppily } from '../../../apimachinery/address.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { addressWarnings } from '../checks/addresses.js';
import { invalidValue, required, unsupported } from '../checks/causes.js';
import { defaultClass } from '../checks/default-class.js';
import {
  validateLabel,
  validatePortName,
  validatePortNumber,
  validateRequired,
  validateSubdomain,
  validateWildcard,
} from '../checks/name-checks.js';
import { type ObjectReference, validateReference } from '../checks/object-references.js';
import { specOf, statusOf, typed } from '../model/typed.js';
import { ingressesOf, type LoadBalancerStatus, validateIngresses } from './load-balancer.js';

interface Backend {
  resource?: ObjectReference;
  service?: { name?: string; port?: { name?: string; number?: number } };
}

interface Path {
  path?: string;
  pathType?: string | null;
  backend?: Backend;
}

interface Rule {
  host?: string;
  http?: { paths?: Path[] };
}

interface Spec {
  ingressClassName?: string;
  defaultBackend?: Backend;
  rules?: Rule[];
  tls?: { hosts?: string[]; secretName?: string }[];
}

const CLASS = 'kubernetes.io/ingress.class';

const INGRESS_CLASS = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  annotations: ['ingressclass.kubernetes.io/is-default-class'],
};

export const ingress: Strategy = {
  allocate(draft, before, { local }) {
    const spec = specOf<Spec>(draft);
    if (before || spec.ingressClassName !== undefined || draft.metadata.annotations?.[CLASS] !== undefined) return;
    const name = defaultClass(local, INGRESS_CLASS);
    if (name !== undefined) spec.ingressClassName = name;
  },
  validate(object, before) {
    const spec = specOf<Spec>(object);
    return [...validateSpec(spec, before && typed<Spec>(before.spec ?? {})), ...(before ? [] : validateClass(object))];
  },
  validateStatus: (object, before) =>
    validateIngresses(ingressesOf(statusOf<Status>(object)), ingressesOf(statusOf<Status>(before))),
  warnings: (object, before) =>
    !before && object.metadata.annotations?.[CLASS] !== undefined && specOf<Spec>(object).ingressClassName === undefined
      ? [`annotation "${CLASS}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  statusWarnings: (object) =>
    ingressesOf(statusOf<Status>(object)).flatMap(({ ip }, at) =>
      ip ? addressWarnings(ip, `status.loadBalancer.ingress[${at}]`) : [],
    ),
};

interface Status {
  loadBalancer: LoadBalancerStatus;
}

function validateClass(object: Unstructured): Cause[] {
  const annotation = object.metadata.annotations?.[CLASS];
  const { ingressClassName } = specOf<Spec>(object);
  return annotation === undefined || ingressClassName === undefined || annotation === ingressClassName
    ? []
    : [invalidValue(`annotations.${CLASS}`, annotation, 'must match `ingressClassName` when both are specified')];
}

function validateSpec(spec: Spec, before: Spec | undefined): Cause[] {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  const neither = rules.length === 0 && !defaultBackend;
  return [
    ...(neither ? [invalidValue('spec', null, 'either `defaultBackend` or `rules` must be specified')] : []),
    ...(defaultBackend ? validateBackend(defaultBackend, 'spec.defaultBackend') : []),
    ...rules.flatMap((rule, at) => validateRule(rule, `spec.rules[${at}]`)),
    ...validateTls(tls, before?.tls ?? []),
    ...(ingressClassName === undefined ? [] : validateSubdomain(ingressClassName, 'spec.ingressClassName')),
  ];
}

/** Hosts may have a wildcard for their first part. */
const validateHost = (host: string, field: string): Cause[] =>
  host.includes('*') ? validateWildcard(host, field) : validateSubdomain(host, field);

/** A bad name of a secret is taken from who had one. */
function validateTls(tls: NonNullable<Spec['tls']>, before: NonNullable<Spec['tls']>): Cause[] {
  const hadBad = before.some(({ secretName }) => secretName && validateSubdomain(secretName, '').length > 0);
  return tls.flatMap(({ hosts = [], secretName }, at) => [
    ...hosts.flatMap((host, index) => validateHost(host, `spec.tls[${at}].hosts[${index}]`)),
    ...(secretName && !hadBad ? validateSubdomain(secretName, `spec.tls[${at}].secretName`) : []),
  ]);
}

function validateRule({ host, http }: Rule, field: string): Cause[] {
  return [
    ...(host && parseSloppily(host)
      ? [invalidValue(`${field}.host`, host, 'must be a DNS name, not an IP address')]
      : []),
    ...(host ? validateHost(host, `${field}.host`) : []),
    ...(http ? validatePaths(http.paths ?? [], `${field}.http.paths`) : []),
  ];
}

const validatePaths = (paths: readonly Path[], field: string): Cause[] =>
  paths.length === 0 ? [required(field)] : paths.flatMap((path, at) => validatePath(path, `${field}[${at}]`));

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_ENDS = ['/..', '/.'];

function validatePath({ path = '', pathType, backend = {} }: Path, field: string): Cause[] {
  if (pathType === undefined || pathType === null) return [required(`${field}.pathType`, 'pathType must be specified')];
  const about = PATH_TYPES.includes(pathType)
    ? pathProblems(path, pathType).map((problem) => invalidValue(`${field}.path`, path, problem))
    : [unsupported(`${field}.pathType`, pathType, PATH_TYPES)];
  return [...about, ...validateBackend(backend, `${field}.backend`)];
}

function pathProblems(path: string, pathType: string): string[] {
  const relative = path.startsWith('/') ? [] : ['must be an absolute path'];
  if (pathType === 'ImplementationSpecific') return path === '' ? [] : relative;
  return [
    ...relative,
    ...BAD_PARTS.filter((part) => path.includes(part)).map((part) => `must not contain '${part}'`),
    ...BAD_ENDS.filter((end) => path.endsWith(end)).map((end) => `cannot end with '${end}'`),
  ];
}

function validateBackend({ resource, service }: Backend, field: string): Cause[] {
  if (resource && service) return [invalidValue(field, '', 'cannot set both resource and service backends')];
  if (resource) return validateReference(resource, `${field}.resource`);
  if (!service) return [invalidValue(field, '', 'resource or service backend is required')];
  return [
    ...validateRequired(service.name, `${field}.service.name`, validateLabel),
    ...validateServicePort(service, field),
  ];
}

function validateServicePort({ port: { name, number } = {} }: NonNullable<Backend['service']>, field: string): Cause[] {
  if (name && number) return [invalidValue(field, '', 'cannot set both port name & port number')];
  if (name) return validatePortName(name, `${field}.service.port.name`);
  if (number) return validatePortNumber(number, `${field}.service.port.number`);
  return [required(field, 'port name or number is required')];
}
