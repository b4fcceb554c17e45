import type { Cause } from '../../status-error.js';
import { invalidValue, oneOf, required, unsupported } from '../checks/causes.js';

export interface Rule {
  operations?: string[];
  apiGroups?: string[];
  apiVersions?: string[];
  resources?: string[];
  scope?: string;
}

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

/** Which requests a webhook is asked about. */
export function validateRule(rule: Rule, field: string): Cause[] {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [] } = rule;
  return [
    ...validateAlone(operations, `${field}.operations`, 'operations'),
    ...operations.flatMap((operation, at) =>
      OPERATIONS.includes(operation) ? [] : [unsupported(`${field}.operations[${at}]`, operation, OPERATIONS)],
    ),
    ...validateAlone(apiGroups, `${field}.apiGroups`, 'API groups'),
    ...validateAlone(apiVersions, `${field}.apiVersions`, 'API versions'),
    ...apiVersions.flatMap((version, at) => (version === '' ? [required(`${field}.apiVersions[${at}]`)] : [])),
    ...validateResources(resources, `${field}.resources`),
    ...oneOf(rule.scope, ['*', 'Cluster', 'Namespaced'], `${field}.scope`),
  ];
}

/** Something, and nothing beside everything. */
function validateAlone(items: readonly string[], field: string, what: string): Cause[] {
  if (items.length === 0) return [required(field)];
  return items.length > 1 && items.includes('*')
    ? [invalidValue(field, items, `if '*' is present, must not specify other ${what}`)]
    : [];
}

function validateResources(resources: readonly string[], field: string): Cause[] {
  const whole = resources.filter((resource) => resource !== '' && !resource.includes('/'));
  const last = whole.at(-1);
  return [
    ...(resources.length === 0 ? [required(field)] : []),
    ...resources.flatMap((resource, at) =>
      resource === ''
        ? [required(`${field}[${at}]`)]
        : validateCovered(resource, resources.slice(0, at), `${field}[${at}]`),
    ),
    ...(resources.length > 1 && resources.includes('*/*')
      ? [invalidValue(field, resources, "if '*/*' is present, must not specify other resources")]
      : []),
    ...(resources.includes('*') && last !== undefined && last !== '*'
      ? [invalidValue(field, resources, "if '*' is present, must not specify other resources without subresources")]
      : []),
  ];
}

/** A subresource that one before it includes. */
function validateCovered(resource: string, earlier: readonly string[], field: string): Cause[] {
  const [name = '', ...rest] = resource.split('/');
  if (rest.length === 0) return [];
  const wider = [`${name}/*`, `*/${rest.join('/')}`].filter((one) => earlier.includes(one));
  return wider.map((one) => invalidValue(field, resource, `if '${one}' is present, must not specify ${resource}`));
}
