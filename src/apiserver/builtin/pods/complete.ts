import { quantityOrUndefined } from '../../../apimachinery/quantity.js';
import type { Container, PodSpec, PodTemplate, Quantities, Volume } from './pod-shape.js';

/** The defaults of a pod that depend on its other fields. */
export function completePodSpec(spec: PodSpec): void {
  for (const volume of spec.volumes ?? []) completeVolume(volume);
  for (const container of allContainers(spec)) completeContainer(container);
  const account = spec.serviceAccountName || spec.serviceAccount;
  if (account) {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
}

export function completeTemplate(template: PodTemplate | undefined): void {
  if (template?.spec) completePodSpec(template.spec);
}

export const containersOf = ({ initContainers = [], containers = [] }: PodSpec): Container[] => [
  ...initContainers,
  ...containers,
];

const allContainers = (spec: PodSpec): Container[] => [...containersOf(spec), ...(spec.ephemeralContainers ?? [])];

function completeContainer(container: Container): void {
  container.imagePullPolicy ??= pullPolicyOf(container.image ?? '');
  const { resources } = container;
  if (resources?.limits) resources.limits = rounded(resources.limits);
  if (resources?.requests) resources.requests = rounded(resources.requests);
}

function completeVolume(volume: Volume): void {
  if (Object.keys(volume).every((member) => member === 'name')) volume.emptyDir = {};
  if (volume.image) volume.image.pullPolicy ??= pullPolicyOf(volume.image.reference ?? '');
}

/** Nobody asks for less than a thousandth. */
export const rounded = (quantities: Quantities): Quantities =>
  Object.fromEntries(
    Object.entries(quantities).map(([name, value]) => [
      name,
      quantityOrUndefined(String(value))?.roundedToMilli().toString() ?? value,
    ]),
  );

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const DOMAIN = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][-a-zA-Z0-9]*[a-zA-Z0-9])';
const REFERENCE = new RegExp(
  `^(?:(?:${DOMAIN}(?:\\.${DOMAIN})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?/)?${COMPONENT}(?:/${COMPONENT})*(?::(\\w[\\w.-]{0,127}))?(@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);

/** An untagged image or `latest` may change under its name. */
function pullPolicyOf(image: string): string {
  const [whole, tag, digest] = REFERENCE.exec(image) ?? [];
  const isUntagged = whole !== undefined && tag === undefined && digest === undefined;
  return tag === 'latest' || isUntagged ? 'Always' : 'IfNotPresent';
}
