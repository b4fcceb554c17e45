import type { Unstructured } from '../../../api/meta.js';
import type { Strategy } from '../../kind.js';
import { addressWarnings } from '../checks/addresses.js';
import { forbiddenField } from '../checks/causes.js';
import { specOf, statusOf, typed } from '../model/typed.js';
import {
  type Ingress,
  ingressesOf,
  type LoadBalancerStatus,
  validateIngresses,
  validateMode,
} from './load-balancer.js';
import { allocateService } from './service-allocation.js';
import { hasNodePorts, isExternal, isLoadBalancer, type ServiceSpec } from './service-spec.js';
import { serviceWarnings, validateService } from './service-validation.js';

interface Status {
  loadBalancer: LoadBalancerStatus;
}

const AFFINITY_SECONDS = 10_800;

export const service: Strategy = {
  complete,
  prepareUpdate(draft) {
    if (isLoadBalancer(specOf<ServiceSpec>(draft))) return;
    draft.status = { ...typed<object | undefined>(draft.status), loadBalancer: {} };
  },
  allocate: allocateService,
  validate: validateService,
  prepareStatus: completeModes,
  validateStatus(object, before) {
    const ingresses = ingressesOf(statusOf<Status>(object));
    if (!isLoadBalancer(specOf<ServiceSpec>(object)) && ingresses.length > 0) {
      return [forbiddenField('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'")];
    }
    return validateIngresses(ingresses, ingressesOf(statusOf<Status>(before)), validateMode);
  },
  warnings: serviceWarnings,
  statusWarnings: (object) =>
    ingressesOf(statusOf<Status>(object)).flatMap(({ ip }, at) =>
      ip ? addressWarnings(ip, `status.loadBalancer.ingress[${at}]`) : [],
    ),
};

function complete(draft: Unstructured): void {
  const spec = specOf<ServiceSpec>(draft);
  for (const port of spec.ports ?? []) if (!port.targetPort) port.targetPort = port.port ?? 0;
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
  }
  if (isExternal(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (hasNodePorts(spec) || spec.type === 'ClusterIP') spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'ExternalName') return;
  if (isLoadBalancer(spec)) spec.allocateLoadBalancerNodePorts ??= true;
}

function completeModes(draft: Unstructured): void {
  if (!isLoadBalancer(specOf<ServiceSpec>(draft))) return;
  const { loadBalancer = {}, ...status } = typed<Partial<Status>>(draft.status ?? {});
  const modes = (ingress: Ingress): Ingress => (ingress.ip ? { ...ingress, ipMode: ingress.ipMode ?? 'VIP' } : ingress);
  draft.status = {
    ...status,
    loadBalancer: { ...loadBalancer, ...(loadBalancer.ingress ? { ingress: loadBalancer.ingress.map(modes) } : {}) },
  };
}
