import { dns1123SubdomainProblems } from '../../../apimachinery/names.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { forbiddenField, immutable, invalidValue, required, tooLong, unsupported } from '../checks/causes.js';
import { validateLabel, validateRequired } from '../checks/name-checks.js';
import { type ObjectReference, validateReference } from '../checks/object-references.js';
import { specOf, typed } from '../model/typed.js';

interface Parameters extends ObjectReference {
  scope?: string | null;
  namespace?: string;
}

interface Spec {
  controller?: string;
  parameters?: Parameters;
}

const MAX_CONTROLLER = 250;
const SCOPES = ['Cluster', 'Namespace'];

export const ingressClass: Strategy = {
  validate(object, before) {
    const { controller = '', parameters } = specOf<Spec>(object);
    const changed = before && typed<Spec>(before.spec ?? {}).controller !== controller;
    return [
      ...(changed ? [immutable('spec.controller', controller)] : []),
      ...validateController(controller, 'spec.controller'),
      ...(parameters ? validateParameters(parameters, 'spec.parameters') : []),
    ];
  },
};

function validateController(controller: string, field: string): Cause[] {
  const long = Buffer.byteLength(controller) > MAX_CONTROLLER ? [tooLong(field, MAX_CONTROLLER)] : [];
  if (controller === '') return [required(field)];
  const [, host = '', path = ''] = /^([^/]*)\/(.+)$/s.exec(controller) ?? [];
  if (host === '') {
    return [...long, invalidValue(field, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const problems = dns1123SubdomainProblems(host).map((problem) => invalidValue(field, host, problem));
  const isPath = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path);
  return [...long, ...problems, ...(isPath ? [] : [invalidValue(field, path, BAD_PATH)])];
}

const BAD_PATH = "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";

function validateParameters(parameters: Parameters, field: string): Cause[] {
  const { scope, namespace } = parameters;
  return [...validateReference(parameters, field), ...validateScope(scope ?? '', namespace, field)];
}

function validateScope(scope: string, namespace: string | undefined, field: string): Cause[] {
  const at = `${field}.namespace`;
  if (!SCOPES.includes(scope)) return [unsupported(`${field}.scope`, scope, SCOPES)];
  if (scope === 'Cluster') {
    return namespace === undefined ? [] : [forbiddenField(at, "`parameters.scope` is set to 'Cluster'")];
  }
  if (namespace === undefined) return [required(at, "`parameters.scope` is set to 'Namespace'")];
  return validateRequired(namespace, at, validateLabel);
}
