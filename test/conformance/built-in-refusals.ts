import type { Place } from './fixture.js';
import { INVALID, type Refusal } from './refusal.js';

type Spec = Readonly<Record<string, unknown>>;

const COLLECTIONS = {
  services: 'api/v1',
  resourcequotas: 'api/v1',
  limitranges: 'api/v1',
  persistentvolumeclaims: 'api/v1',
  networkpolicies: 'apis/networking.k8s.io/v1',
  ingresses: 'apis/networking.k8s.io/v1',
  poddisruptionbudgets: 'apis/policy/v1',
  horizontalpodautoscalers: 'apis/autoscaling/v2',
} as const;

/** An object of a built-in kind that has one mistake. */
const bad = (
  plural: keyof typeof COLLECTIONS,
  spec: Spec,
  causes: readonly string[],
  message: string | RegExp,
): Refusal => ({
  method: 'POST',
  path: ({ namespace }: Place) => `/${COLLECTIONS[plural]}/namespaces/${namespace}/${plural}`,
  call: { body: { metadata: { name: 'bad' }, spec } },
  ...INVALID,
  message,
  causes,
});

/** One of a kind that belongs to no namespace. */
const badInCluster = (path: string, body: Spec, causes: readonly string[], message: RegExp): Refusal => ({
  method: 'POST',
  path: ({ namespace }: Place) => `${path}?dryRun=All&fieldManager=${namespace}`,
  call: { body: { metadata: { name: 'bad' }, ...body } },
  ...INVALID,
  message,
  causes,
});

const PORTS = [{ port: 80 }];
const WEB = { service: { name: 'web', port: { number: 80 } } };
const rule = (path: Spec) => ({
  rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: WEB, ...path }] } }],
});
const peer = (from: Spec) => ({ podSelector: {}, ingress: [{ from: [from] }] });
const SCALED = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 3 };
const CLAIM = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

/** The mistakes people make in built-in kinds, workloads apart. */
export const BUILT_IN_REFUSALS: Readonly<Record<string, Refusal>> = {
  'a service without ports': bad(
    'services',
    {},
    ['spec.ports'],
    'Service "bad" is invalid: spec.ports: Required value',
  ),
  'a service with two ports, one of which has no name': bad(
    'services',
    { ports: [{ port: 80 }, { port: 81, name: 'b' }] },
    ['spec.ports[0].name'],
    /: Required value$/,
  ),
  'a service with a port twice': bad(
    'services',
    {
      ports: [
        { port: 80, name: 'a' },
        { port: 80, name: 'b' },
      ],
    },
    ['spec.ports[1]'],
    'Service "bad" is invalid: spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
  ),
  'a node port outside the range': bad(
    'services',
    { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
    ['spec.ports[0].nodePort'],
    /: provided port is not in the valid range\. The range of valid ports is 30000-32767$/,
  ),
  'a node port of a service inside the cluster': bad(
    'services',
    { ports: [{ port: 80, nodePort: 30_050 }] },
    ['spec.ports[0].nodePort'],
    /: Forbidden: may not be used when `type` is 'ClusterIP'$/,
  ),
  'an address outside the range': bad(
    'services',
    { ports: PORTS, clusterIP: '10.97.0.1' },
    ['spec.clusterIPs'],
    /\["10\.97\.0\.1"\]: failed to allocate IP 10\.97\.0\.1: the provided network does not match the current range$/,
  ),
  'a headless load balancer': bad(
    'services',
    { ports: PORTS, clusterIP: 'None', type: 'LoadBalancer' },
    ['spec.clusterIPs[0]'],
    /"None": may not be set to 'None' for LoadBalancer services$/,
  ),
  'an external name with an address': bad(
    'services',
    { type: 'ExternalName', externalName: 'x.example.com', clusterIP: 'None' },
    ['spec.clusterIPs'],
    /: Forbidden: may not be set for ExternalName services$/,
  ),
  'two families where there is one': bad(
    'services',
    { ports: PORTS, ipFamilyPolicy: 'RequireDualStack' },
    ['spec.ipFamilyPolicy'],
    /this cluster is not configured for dual-stack services$/,
  ),
  'a target port that is too long a name': bad(
    'services',
    { ports: [{ port: 80, targetPort: 'waytoolongportname' }] },
    ['spec.ports[0].targetPort'],
    /must be no more than 15 characters$/,
  ),
  'a traffic policy of a service nobody reaches from outside': bad(
    'services',
    { ports: PORTS, externalTrafficPolicy: 'Local' },
    ['spec.externalTrafficPolicy'],
    /may only be set for externally-accessible services$/,
  ),
  'an ingress of nothing': bad(
    'ingresses',
    {},
    ['spec'],
    'Ingress.networking.k8s.io "bad" is invalid: spec: Invalid value: null: either `defaultBackend` or `rules` must be specified',
  ),
  'a path without a type': bad(
    'ingresses',
    rule({ pathType: null }),
    ['spec.rules[0].http.paths[0].pathType'],
    /: Required value: pathType must be specified$/,
  ),
  'a path that is not absolute': bad(
    'ingresses',
    rule({ path: 'x' }),
    ['spec.rules[0].http.paths[0].path'],
    /"x": must be an absolute path$/,
  ),
  'a backend without a port': bad(
    'ingresses',
    { defaultBackend: { service: { name: 'web' } } },
    ['spec.defaultBackend'],
    /: Required value: port name or number is required$/,
  ),
  'a host that is an address': bad(
    'ingresses',
    { rules: [{ host: '1.2.3.4' }] },
    ['spec.rules[0].host'],
    /must be a DNS name, not an IP address$/,
  ),
  'a peer that is nobody': bad(
    'networkpolicies',
    peer({}),
    ['spec.ingress[0].from[0]'],
    /: Required value: must specify a peer$/,
  ),
  'a block with bits below its prefix': bad(
    'networkpolicies',
    peer({ ipBlock: { cidr: '10.1.0.0/8' } }),
    ['spec.ingress[0].from[0].ipBlock.cidr'],
    /must not have bits set beyond the prefix length$/,
  ),
  'an exception outside its block': bad(
    'networkpolicies',
    peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }),
    ['spec.ingress[0].from[0].ipBlock.except[0]'],
    /must be a strict subset of `cidr`$/,
  ),
  'a policy of an unknown type': bad(
    'networkpolicies',
    { policyTypes: ['Odd'] },
    ['spec.policyTypes[0]'],
    /Unsupported value: "Odd": supported values: "Ingress", "Egress"$/,
  ),
  'a budget of both kinds': bad(
    'poddisruptionbudgets',
    { minAvailable: 1, maxUnavailable: 1 },
    ['spec'],
    /: Invalid value: \{"MinAvailable":1,"Selector":null,"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null\}: minAvailable and maxUnavailable cannot be both set$/,
  ),
  'a budget of more than all': bad(
    'poddisruptionbudgets',
    { minAvailable: '101%' },
    ['spec.minAvailable'],
    /must not be greater than 100%$/,
  ),
  'an autoscaler without bounds or a target': bad(
    'horizontalpodautoscalers',
    {},
    [
      'spec.maxReplicas',
      'spec.maxReplicas',
      'spec.scaleTargetRef.apiVersion',
      'spec.scaleTargetRef.kind',
      'spec.scaleTargetRef.name',
    ],
    /spec\.maxReplicas: Required value: must be set and greater than 0/,
  ),
  'a metric without what its type says': bad(
    'horizontalpodautoscalers',
    { ...SCALED, metrics: [{ type: 'Resource' }] },
    ['spec.metrics[0].resource'],
    /: Required value: must populate information for the given metric source$/,
  ),
  'a claim of nothing': bad(
    'persistentvolumeclaims',
    { ...CLAIM, resources: {} },
    ['spec.resources[storage]'],
    /spec\.resources\[storage\]: Required value$/,
  ),
  'a claim of one pod and of others': bad(
    'persistentvolumeclaims',
    { ...CLAIM, accessModes: ['ReadWriteOncePod', 'ReadWriteOnce'] },
    ['spec.accessModes'],
    /: Forbidden: may not use ReadWriteOncePod with other access modes$/,
  ),
  'a quota of half a pod': bad(
    'resourcequotas',
    { hard: { pods: '1.5' } },
    ['spec.hard[pods]'],
    'ResourceQuota "bad" is invalid: spec.hard[pods]: Invalid value: "1500m": must be an integer',
  ),
  'a quota of something unknown': bad(
    'resourcequotas',
    { hard: { odd: '1' } },
    ['spec.hard[odd]', 'spec.hard[odd]'],
    /must be a standard resource type or fully qualified/,
  ),
  'limits that contradict each other': bad(
    'limitranges',
    { limits: [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }] },
    ['spec.limits[0].min[cpu]'],
    /min value 2 is greater than max value 1$/,
  ),
  'endpoints of nobody': {
    ...bad('services', {}, ['subsets[0]'], /: Required value: must specify `addresses` or `notReadyAddresses`$/),
    path: ({ namespace }: Place) => `/api/v1/namespaces/${namespace}/endpoints`,
    call: { body: { metadata: { name: 'bad' }, subsets: [{}] } },
  },
  'a slice of an unknown type of address': {
    ...bad('services', {}, ['addressType'], /Unsupported value: "Odd": supported values: "FQDN", "IPv4", "IPv6"$/),
    path: ({ namespace }: Place) => `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    call: { body: { metadata: { name: 'bad' }, addressType: 'Odd' } },
  },
  'a volume of two types': badInCluster(
    '/api/v1/persistentvolumes',
    {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/x' },
        nfs: { server: 's', path: '/x' },
      },
    },
    ['spec.nfs'],
    /: Forbidden: may not specify more than 1 volume type$/,
  ),
  'a storage class without a provisioner': badInCluster(
    '/apis/storage.k8s.io/v1/storageclasses',
    {},
    ['provisioner'],
    /: Required value$/,
  ),
  'a priority of the system': badInCluster(
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    { value: 2_000_000_000 },
    ['value'],
    /: Forbidden: maximum allowed value of a user defined priority is 1000000000$/,
  ),
  'an ingress class of an unqualified controller': badInCluster(
    '/apis/networking.k8s.io/v1/ingressclasses',
    { spec: { controller: 'x' } },
    ['spec.controller'],
    /"x": must be a domain-prefixed path \(such as "acme\.io\/foo"\)$/,
  ),
  'a webhook called without encryption': badInCluster(
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    {
      webhooks: [
        {
          name: 'a.example.com',
          clientConfig: { url: 'http://x' },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    },
    ['webhooks[0].clientConfig.url'],
    /'https' is the only allowed URL scheme; desired format: https:\/\/host\[\/path\]$/,
  ),
  'an aggregation that selects nothing': badInCluster(
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    { aggregationRule: {} },
    ['aggregationRule.clusterRoleSelectors'],
    /at least one clusterRoleSelector required if aggregationRule is non-nil$/,
  ),
  'a namespace of an unknown level of security': badInCluster(
    '/api/v1/namespaces',
    { metadata: { name: 'bad', labels: { 'pod-security.kubernetes.io/enforce': 'odd' } } },
    ['metadata.labels[pod-security.kubernetes.io/enforce]'],
    /must be one of privileged, baseline, restricted$/,
  ),
};
