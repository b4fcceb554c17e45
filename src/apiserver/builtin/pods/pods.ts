import type { Unstructured } from '../../../api/meta.js';
import { equalJson } from '../../../apimachinery/json.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { forbiddenField, invalidValue } from '../checks/causes.js';
import { specOf, statusOf, typed } from '../model/typed.js';
import { admitPod } from './admission.js';
import { completePodSpec, containersOf } from './complete.js';
import type { Container, PodSpec } from './pod-shape.js';
import { validatePodSpec } from './pod-spec.js';
import { qosClassOf } from './quality.js';
import { podWarnings } from './warnings.js';

export const pod: Strategy = {
  complete(draft) {
    const spec = specOf<PodSpec>(draft);
    completePodSpec(spec);
    for (const container of containersOf(spec)) requestLimits(container);
    spec.enableServiceLinks ??= true;
    if (spec.hostNetwork) for (const container of containersOf(spec)) openOnNode(container);
    const { podIP, podIPs } = statusOf<{ podIP: string; podIPs: object[] }>(draft);
    if (podIP && !podIPs) draft.status = { ...typed<object>(draft.status), podIPs: [{ ip: podIP }] };
  },
  allocate(draft, before, context) {
    admitPod(draft, before, context);
    const spec = specOf<PodSpec>(draft);
    if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
    if (!before) draft.status = { phase: 'Pending', qosClass: qosClassOf(spec) };
  },
  validate: (object, before, subresource) => [
    ...validatePodSpec(specOf<PodSpec>(object), 'spec', true),
    ...untrimmedImages(specOf<PodSpec>(object)),
    ...tokensWithoutAccount(specOf<PodSpec>(object)),
    ...(before ? [] : newProblems(object)),
    // What only a subresource changes is changed there.
    ...(before && !subresource ? changeProblems(specOf<PodSpec>(object), typed<PodSpec>(before.spec)) : []),
  ],
  validateStatus: () => [],
  warnings: (object, before) =>
    // Who changes a pod is seldom a human.
    before === undefined ? podWarnings(specOf<PodSpec>(object), object.metadata.annotations ?? {}, '') : [],
};

/** Who limits what a container may use asks for as much. */
function requestLimits(container: Container): void {
  const { resources } = container;
  if (resources?.limits)
    container.resources = { ...resources, requests: { ...resources.limits, ...resources.requests } };
}

function openOnNode({ ports = [] }: Container): void {
  for (const port of ports) port.hostPort ??= port.containerPort;
}

const untrimmedImages = ({ containers = [], initContainers = [] }: PodSpec): Cause[] =>
  Object.entries({ containers, initContainers }).flatMap(([list, all]) =>
    all.flatMap(({ image = '' }, index) =>
      image === image.trim()
        ? []
        : [invalidValue(`spec.${list}[${index}].image`, image, 'must not have leading or trailing whitespace')],
    ),
  );

const tokensWithoutAccount = ({ serviceAccountName, volumes = [] }: PodSpec): Cause[] =>
  volumes.flatMap(({ projected }, volume) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, source) => {
      const at = `spec.volumes[${volume}].projected.sources[${source}].serviceAccountToken`;
      return serviceAccountToken && !serviceAccountName
        ? [forbiddenField(at, 'must not be specified when serviceAccountName is not set')]
        : [];
    }),
  );

function newProblems(object: Unstructured): Cause[] {
  const { ephemeralContainers = [], nodeName, schedulingGates = [] } = specOf<PodSpec>(object);
  return [
    ...(ephemeralContainers.length > 0 ? [forbiddenField('spec.ephemeralContainers', 'cannot be set on create')] : []),
    ...(nodeName && schedulingGates.length > 0
      ? [forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')]
      : []),
  ];
}

const LAST_SECOND = 2 ** 31 - 1;

/** How a pod may change that exists. */
function changeProblems(spec: PodSpec, old: PodSpec): Cause[] {
  for (const list of ['containers', 'initContainers'] as const) {
    if ((spec[list] ?? []).length !== (old[list] ?? []).length) {
      return [forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers')];
    }
  }
  const { problems, ends } = deadlineProblems(spec, old);
  if (ends) return problems;
  return [...problems, ...tolerationProblems(spec, old), ...gateProblems(spec, old), ...otherChanges(spec, old)];
}

/** A deadline only comes nearer; when it does not, nothing else is looked at. */
function deadlineProblems(spec: PodSpec, old: PodSpec): { problems: Cause[]; ends: boolean } {
  const field = 'spec.activeDeadlineSeconds';
  const [deadline, before] = [spec.activeDeadlineSeconds, old.activeDeadlineSeconds];
  const refused = (why: string, ends: boolean) => ({ problems: [invalidValue(field, deadline ?? null, why)], ends });
  if (deadline === undefined) {
    return before === undefined
      ? { problems: [], ends: false }
      : refused('must not update from a positive integer to nil value', false);
  }
  if (deadline < 0 || deadline > LAST_SECOND) return refused(`must be between 0 and ${LAST_SECOND}, inclusive`, true);
  return before !== undefined && before < deadline
    ? refused('must be less than or equal to previous value', true)
    : { problems: [], ends: false };
}

function tolerationProblems({ tolerations = [] }: PodSpec, old: PodSpec): Cause[] {
  const kept = tolerations.map(({ tolerationSeconds: _, ...rest }) => rest);
  const isKept = (old.tolerations ?? []).every(({ tolerationSeconds: _, ...rest }) =>
    kept.some((one) => equalJson(one, rest)),
  );
  const why = 'existing toleration can not be modified except its tolerationSeconds';
  return isKept ? [] : [forbiddenField('spec.tolerations', why)];
}

function gateProblems({ schedulingGates = [] }: PodSpec, old: PodSpec): Cause[] {
  const known = new Set((old.schedulingGates ?? []).map(({ name }) => name));
  return schedulingGates.flatMap(({ name }, index) => {
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return known.has(name) ? [] : [forbiddenField(`spec.schedulingGates[${index}].name`, why)];
  });
}

/** Kubernetes shows the change, too, as a listing of Go values. */
const UPDATABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function otherChanges(spec: PodSpec, old: PodSpec): Cause[] {
  const isSame = equalJson(fixedPart(spec, old), fixedPart(old, old));
  return isSame ? [] : [forbiddenField('spec', UPDATABLE)];
}

function fixedPart(spec: PodSpec, old: PodSpec): object {
  const { activeDeadlineSeconds: _a, tolerations: _t, schedulingGates: _g, ...rest } = spec;
  const { terminationGracePeriodSeconds: grace } = spec;
  const shortened = (old.terminationGracePeriodSeconds ?? 0) < 0 && grace === 1;
  const withoutImages = (list: readonly Container[] = []) => list.map(({ image: _i, ...container }) => container);
  return {
    ...rest,
    terminationGracePeriodSeconds: shortened ? old.terminationGracePeriodSeconds : grace,
    containers: withoutImages(spec.containers),
    initContainers: withoutImages(spec.initContainers),
  };
}
