import { quantityOrUndefined } from '../../../apimachinery/quantity.js';
import type { Cause } from '../../status-error.js';
import { forbiddenField, invalidValue, required, unsupported } from '../checks/causes.js';
import { validateLabel, validateRequired } from '../checks/name-checks.js';
import { validatePathSegment } from '../checks/object-references.js';
import { validateContainerResourceName } from '../checks/resource-names.js';

export interface TargetReference {
  apiVersion?: string;
  kind?: string;
  name?: string;
}

interface Target {
  type?: string;
  value?: string;
  averageValue?: string;
  averageUtilization?: number;
}

interface Source {
  name?: string;
  container?: string;
  metric?: { name?: string };
  describedObject?: TargetReference;
  target?: Target;
}

export interface Metric {
  type?: string;
  object?: Source;
  external?: Source;
  pods?: Source;
  resource?: Source;
  containerResource?: Source;
}

const MEMBERS = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;

const TYPES = Object.keys(MEMBERS).sort();

export function validateMetrics(metrics: readonly Metric[], minReplicas: number): Cause[] {
  const scalesToZero = metrics.some(({ type }) => type === 'Object' || type === 'External');
  const why = 'must specify at least one Object or External metric to support scaling to zero replicas';
  return [
    ...metrics.flatMap((metric, at) => validateMetric(metric, `spec.metrics[${at}]`)),
    ...(minReplicas === 0 && !scalesToZero ? [forbiddenField('spec.metrics', why)] : []),
  ];
}

function validateMetric(metric: Metric, field: string): Cause[] {
  const { type = '' } = metric;
  const known = TYPES.includes(type);
  const present = Object.values(MEMBERS).filter((member) => metric[member] !== undefined);
  const [first] = present;
  const expected = Object.entries(MEMBERS).find(([name]) => name === type)?.[1];
  const unknown = unsupported(`${field}.type`, type, TYPES);
  return [
    ...(type === '' ? [required(`${field}.type`, 'must specify a metric source type')] : []),
    ...(known ? [] : [unknown]),
    ...(first ? SOURCES[first](metric[first] ?? {}, `${field}.${first}`) : []),
    ...(expected && !metric[expected]
      ? [required(`${field}.${expected}`, 'must populate information for the given metric source')]
      : []),
    ...(known ? [] : [unknown]),
    ...(present.length === 1 ? [] : present.filter((member) => member !== expected)).map((member) =>
      forbiddenField(`${field}.${member}`, 'must populate the given metric source only'),
    ),
  ];
}

type ValidateSource = (source: Source, field: string) => Cause[];

const resourceSource =
  (validateName: ValidateSource): ValidateSource =>
  (source, field) => {
    const { averageUtilization, averageValue } = source.target ?? {};
    const target = `${field}.target`;
    const neither = averageUtilization === undefined && averageValue === undefined;
    const both = averageUtilization !== undefined && averageValue !== undefined;
    return [
      ...validateName(source, field),
      ...validateTarget(source.target ?? {}, target),
      ...(neither
        ? [required(`${target}.averageUtilization`, 'must set either a target raw value or a target utilization')]
        : []),
      ...(both
        ? [forbiddenField(`${target}.averageValue`, 'may not set both a target raw value and a target utilization')]
        : []),
    ];
  };

const named = (name: string | undefined, field: string): Cause[] =>
  name ? [] : [required(`${field}.name`, 'must specify a resource name')];

const SOURCES: Readonly<Record<(typeof MEMBERS)[keyof typeof MEMBERS], ValidateSource>> = {
  object(source, field) {
    const { value, averageValue } = source.target ?? {};
    return [
      ...validateTargetReference(source.describedObject ?? {}, `${field}.describedObject`, { core: true }),
      ...validateIdentified(source, field),
      ...(value === undefined && averageValue === undefined
        ? [required(`${field}.target.averageValue`, 'must set either a target value or averageValue')]
        : []),
    ];
  },
  external(source, field) {
    const { value, averageValue } = source.target ?? {};
    const target = `${field}.target`;
    return [
      ...validateIdentified(source, field),
      ...(value === undefined && averageValue === undefined
        ? [required(`${target}.averageValue`, 'must set either a target value for metric or a per-pod target')]
        : []),
      ...(value !== undefined && averageValue !== undefined
        ? [forbiddenField(`${target}.value`, 'may not set both a target value for metric and a per-pod target')]
        : []),
    ];
  },
  pods: (source, field) => [
    ...validateIdentified(source, field),
    ...(source.target?.averageValue === undefined
      ? [required(`${field}.target.averageValue`, 'must specify a positive target averageValue')]
      : []),
  ],
  resource: resourceSource(({ name }, field) => named(name, field)),
  containerResource: resourceSource(({ name, container }, field) => [
    ...(name ? validateContainerResourceName(name, `${field}.name`) : named(name, field)),
    ...(container
      ? validateLabel(container, `${field}.container`)
      : [required(`${field}.container`, 'must specify a container')]),
  ]),
};

const validateIdentified: ValidateSource = ({ metric, target }, field) => [
  ...(metric?.name
    ? validatePathSegment(metric.name, `${field}.metric.name`)
    : [required(`${field}.metric.name`, 'must specify a metric name')]),
  ...validateTarget(target ?? {}, `${field}.target`),
];

const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

function validateTarget({ type = '', value, averageValue, averageUtilization }: Target, field: string): Cause[] {
  return [
    ...(type === '' ? [required(`${field}.type`, 'must specify a metric target type')] : []),
    ...(TARGET_TYPES.includes(type)
      ? []
      : [invalidValue(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue')]),
    ...validatePositive(value, `${field}.value`),
    ...validatePositive(averageValue, `${field}.averageValue`),
    ...(averageUtilization !== undefined && averageUtilization < 1
      ? [invalidValue(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0')]
      : []),
  ];
}

const validatePositive = (quantity: string | undefined, field: string): Cause[] =>
  quantity !== undefined && quantityOrUndefined(quantity)?.sign() !== 1
    ? [invalidValue(field, quantity, 'must be positive')]
    : [];

export function validateTargetReference(
  { apiVersion = '', kind, name }: TargetReference,
  field: string,
  { core = false }: { readonly core?: boolean },
): Cause[] {
  const parts = apiVersion.split('/');
  const problem =
    parts.length > 2
      ? `unexpected GroupVersion string: ${apiVersion}`
      : !core && (parts.length < 2 || parts[0] === '')
        ? 'apiVersion must specify API group'
        : undefined;
  return [
    ...validateRequired(kind, `${field}.kind`, validatePathSegment),
    ...validateRequired(name, `${field}.name`, validatePathSegment),
    ...(problem === undefined ? [] : [invalidValue(`${field}.apiVersion`, apiVersion, problem)]),
  ];
}
