import { dns1123LabelProblems } from '../../apimachinery/names.js';
import type { Cause } from '../status-error.js';
import { duplicate, invalidValue, required, unsupported } from './causes.js';
import { selects } from './selects.js';
import type { Container, PodSpec, PodTemplate, WorkloadSpec } from './typed.js';

/** The defaults of a pod that depend on its other fields. */
export function completePodSpec(spec: PodSpec): void {
  for (const container of containersOf(spec)) {
    container.imagePullPolicy ??= pullPolicyOf(container.image ?? '');
    if (spec.hostNetwork === true) for (const port of container.ports ?? []) port.hostPort ??= port.containerPort ?? 0;
  }
  const account = spec.serviceAccountName || spec.serviceAccount;
  if (account) {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
}

export const completeTemplate = (template: PodTemplate | undefined): void => {
  if (template?.spec) completePodSpec(template.spec);
};

/** An untagged image or `latest` may change under its name. */
function pullPolicyOf(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const containersOf = (spec: PodSpec): Container[] => [...(spec.initContainers ?? []), ...(spec.containers ?? [])];

export function validatePodSpec(spec: PodSpec | undefined, path: string): Cause[] {
  return [
    ...(spec?.containers?.length ? [] : [required(`${path}.containers`)]),
    ...validateContainers(spec?.initContainers ?? [], `${path}.initContainers`),
    ...validateContainers(spec?.containers ?? [], `${path}.containers`),
    ...oneOf(spec?.restartPolicy, ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`),
    ...oneOf(spec?.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], `${path}.dnsPolicy`),
  ];
}

function validateContainers(containers: readonly Container[], path: string): Cause[] {
  const seen = new Set<string>();
  return containers.flatMap((container, index) => {
    const at = `${path}[${index}]`;
    const causes = [...validateContainer(container, at)];
    if (container.name && seen.has(container.name)) causes.push(duplicate(`${at}.name`, container.name));
    seen.add(container.name);
    return causes;
  });
}

function validateContainer(container: Container, path: string): Cause[] {
  const { name, image, imagePullPolicy, ports = [], env = [] } = container;
  return [
    ...(name
      ? dns1123LabelProblems(name).map((detail) => invalidValue(`${path}.name`, name, detail))
      : [required(`${path}.name`)]),
    ...(image ? [] : [required(`${path}.image`)]),
    ...ports.flatMap(({ containerPort }, index) => {
      const at = `${path}.ports[${index}].containerPort`;
      if (containerPort === undefined || containerPort === 0) return [required(at)];
      return containerPort < 1 || containerPort > 65535
        ? [invalidValue(at, containerPort, 'must be between 1 and 65535, inclusive')]
        : [];
    }),
    ...env.flatMap(({ name: variable }, index) => (variable ? [] : [required(`${path}.env[${index}].name`)])),
    ...oneOf(imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.imagePullPolicy`),
  ];
}

export const oneOf = (value: unknown, supported: readonly string[], path: string): Cause[] =>
  value === undefined || (typeof value === 'string' && supported.includes(value))
    ? []
    : [unsupported(path, value, supported)];

/** A selector that selects nothing, or not its own template, would make pods without end. */
export function validateSelector({ selector, template }: WorkloadSpec, path = 'spec'): Cause[] {
  const labels = template?.metadata?.labels ?? {};
  const mismatch = invalidValue(
    `${path}.template.metadata.labels`,
    template?.metadata?.labels ?? null,
    '`selector` does not match template `labels`',
  );
  if (!selector) return [required(`${path}.selector`), mismatch];
  if (!selector.matchLabels && !selector.matchExpressions) {
    return [invalidValue(`${path}.selector`, {}, 'empty selector is invalid for deployment')];
  }
  return selects(selector, labels) ? [] : [mismatch];
}
