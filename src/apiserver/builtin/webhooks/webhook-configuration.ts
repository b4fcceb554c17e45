import { dns1035LabelProblems } from '../../../apimachinery/names.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { duplicate, invalidValue, oneOf, required } from '../checks/causes.js';
import { validateLabelSelector } from '../checks/label-selectors.js';
import { validateQualifiedName, validateSubdomain } from '../checks/name-checks.js';
import { type LabelSelectorSpec, typed } from '../model/typed.js';
import { type ClientConfig, validateClient } from './webhook-client.js';
import { type Rule, validateRule } from './webhook-rules.js';

interface Webhook {
  name?: string;
  rules?: Rule[];
  failurePolicy?: string;
  matchPolicy?: string;
  reinvocationPolicy?: string;
  sideEffects?: string | null;
  timeoutSeconds?: number;
  namespaceSelector?: LabelSelectorSpec;
  objectSelector?: LabelSelectorSpec;
  clientConfig?: ClientConfig;
  admissionReviewVersions?: string[];
  matchConditions?: { name: string; expression: string }[];
}

const REVIEWS = ['v1', 'v1beta1'];
const NO_EFFECTS = ['None', 'NoneOnDryRun'];

export const webhookConfiguration: Strategy = {
  validate(object) {
    const { webhooks = [] } = typed<{ webhooks?: Webhook[] }>(object);
    const names = webhooks.map(({ name }) => name);
    return webhooks.flatMap((webhook, at) => [
      ...validateWebhook(webhook, `webhooks[${at}]`),
      ...(webhook.name && names.indexOf(webhook.name) < at ? [duplicate(`webhooks[${at}].name`, webhook.name)] : []),
    ]);
  },
};

function validateWebhook(webhook: Webhook, field: string): Cause[] {
  const { name = '', rules = [], sideEffects, timeoutSeconds = 1, clientConfig = {}, matchConditions = [] } = webhook;
  return [
    ...validateName(name, `${field}.name`),
    ...rules.flatMap((rule, at) => validateRule(rule, `${field}.rules[${at}]`)),
    ...oneOf(webhook.failurePolicy, ['Fail', 'Ignore'], `${field}.failurePolicy`),
    ...oneOf(webhook.matchPolicy, ['Equivalent', 'Exact'], `${field}.matchPolicy`),
    ...(typeof sideEffects === 'string'
      ? oneOf(sideEffects, NO_EFFECTS, `${field}.sideEffects`)
      : [required(`${field}.sideEffects`, `must specify one of ${NO_EFFECTS.join(', ')}`)]),
    ...(timeoutSeconds < 1 || timeoutSeconds > 30
      ? [invalidValue(`${field}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds')]
      : []),
    ...validateLabelSelector(webhook.namespaceSelector, `${field}.namespaceSelector`),
    ...validateLabelSelector(webhook.objectSelector, `${field}.objectSelector`),
    ...oneOf(webhook.reinvocationPolicy, ['IfNeeded', 'Never'], `${field}.reinvocationPolicy`),
    ...validateClient(clientConfig, `${field}.clientConfig`),
    ...validateConditions(matchConditions, `${field}.matchConditions`),
    ...validateReviews(webhook.admissionReviewVersions ?? [], `${field}.admissionReviewVersions`),
  ];
}

function validateName(name: string, field: string): Cause[] {
  if (name === '') return [required(field)];
  const malformed = validateSubdomain(name, field);
  if (malformed.length > 0 || name.split('.').length >= 3) return malformed;
  return [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')];
}

const validateConditions = (conditions: NonNullable<Webhook['matchConditions']>, field: string): Cause[] =>
  conditions.flatMap(({ name, expression }, at) => [
    ...(expression.trim() === '' ? [required(`${field}[${at}].expression`)] : []),
    ...(name === '' ? [required(`${field}[${at}].name`)] : validateQualifiedName(name, `${field}[${at}].name`)),
    ...(name !== '' && conditions.findIndex((other) => other.name === name) < at
      ? [duplicate(`${field}[${at}].name`, name)]
      : []),
  ]);

function validateReviews(versions: readonly string[], field: string): Cause[] {
  if (versions.length === 0) return [required(field, `must specify one of ${REVIEWS.join(', ')}`)];
  return [
    ...versions.flatMap((version, at) =>
      versions.indexOf(version) < at
        ? [invalidValue(`${field}[${at}]`, version, 'duplicate version')]
        : dns1035LabelProblems(version).map((problem) => invalidValue(`${field}[${at}]`, version, problem)),
    ),
    ...(versions.some((version) => REVIEWS.includes(version))
      ? []
      : [invalidValue(field, versions, `must include at least one of ${REVIEWS.join(', ')}`)]),
  ];
}
