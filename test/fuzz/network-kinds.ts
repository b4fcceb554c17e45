import fc from 'fast-check';
import { builtIn } from './fuzz-kind.js';
import { type Json, mostly, some } from './values.js';

const NETWORKING = 'networking.k8s.io/v1';
const SELECTOR = mostly(
  fc.constantFrom<Json[]>(
    { matchLabels: { app: 'web' } },
    {},
    { matchExpressions: [{ key: 'a', operator: 'Exists' }] },
  ),
  fc.constantFrom<Json[]>({ matchLabels: { 'a b': 'c' } }, { matchExpressions: [{ key: 'a', operator: 'In' }] }),
  15,
);
const PORT_NAME = mostly(fc.constantFrom('http', 'web'), fc.constantFrom('Bad_', 'x'.repeat(16), '80', ''), 20);
const PORT_NUMBER = mostly(fc.constantFrom(80, 81, 443), fc.constantFrom(0, -1, 65_536), 25);

const SERVICE_PORT = fc.record(
  {
    name: PORT_NAME,
    port: PORT_NUMBER,
    protocol: mostly(fc.constantFrom('TCP', 'UDP'), fc.constantFrom('', 'Odd'), 20),
    targetPort: fc.oneof(PORT_NUMBER, PORT_NAME),
    nodePort: mostly(fc.constantFrom(0, 30_001, 30_002, 30_003), fc.constantFrom(80, -1), 20),
    appProtocol: mostly(fc.constant('kubernetes.io/h2c'), fc.constant('Bad Proto')),
  },
  { requiredKeys: ['port'] },
);
const ADDRESS = mostly(
  fc.constantFrom('10.96.0.11', '10.96.0.12', 'None', ''),
  fc.constantFrom('10.97.0.1', 'x', '10.96.0.011', 'fd00::1', '10.96.0.0'),
  8,
);
const SERVICE_MEMBERS = {
  ports: fc.array(SERVICE_PORT, { maxLength: 2 }),
  selector: mostly(fc.constantFrom<Json[]>({ app: 'web' }, {}), fc.constant<Json>({ 'a b': 'c' }), 20),
};
const SELDOM_SERVICE = {
  type: mostly(
    fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
    fc.constantFrom('', 'Odd'),
    15,
  ),
  clusterIP: ADDRESS,
  clusterIPs: fc.array(ADDRESS, { maxLength: 2 }),
  externalName: mostly(fc.constantFrom('x.example.com', ''), fc.constant('Bad_'), 10),
  externalIPs: fc.array(mostly(fc.constant('192.0.2.1'), fc.constantFrom('x', '127.0.0.1', '1.2.3.04')), {
    maxLength: 1,
  }),
  sessionAffinity: mostly(fc.constantFrom('None', 'ClientIP', ''), fc.constant('Odd'), 10),
  sessionAffinityConfig: fc.constantFrom<Json[]>(
    {},
    { clientIP: { timeoutSeconds: 60 } },
    { clientIP: { timeoutSeconds: 0 } },
  ),
  externalTrafficPolicy: mostly(fc.constantFrom('Cluster', 'Local', ''), fc.constant('Odd'), 10),
  internalTrafficPolicy: mostly(fc.constantFrom('Cluster', 'Local'), fc.constantFrom('Odd', ''), 10),
  healthCheckNodePort: fc.constantFrom(0, 30_004),
  ipFamilies: fc.subarray(['IPv4', 'IPv6']),
  ipFamilyPolicy: mostly(fc.constantFrom('SingleStack', 'PreferDualStack', 'RequireDualStack'), fc.constant('Odd'), 10),
  loadBalancerClass: mostly(fc.constantFrom('example.com/a', 'example.com/b'), fc.constant('Bad Class'), 10),
  loadBalancerSourceRanges: fc.array(mostly(fc.constant('10.0.0.0/8'), fc.constantFrom('x', '10.0.0.1/8')), {
    maxLength: 1,
  }),
  loadBalancerIP: fc.constantFrom('192.0.2.2', ''),
  allocateLoadBalancerNodePorts: fc.boolean(),
  publishNotReadyAddresses: fc.boolean(),
  trafficDistribution: mostly(fc.constantFrom('PreferClose', 'PreferSameNode'), fc.constant('Odd'), 10),
};
const SERVICE = fc
  .tuple(
    some(SERVICE_MEMBERS),
    mostly(some({ type: SELDOM_SERVICE.type, externalName: SELDOM_SERVICE.externalName }), some(SELDOM_SERVICE), 2),
  )
  .map(([usual, rest]): Json => ({ spec: { ...usual, ...rest } }));

/** Without their status: of one that is sent for an absent service, kube-apiserver makes a service without an address. */
export const services = builtIn('Service', 'services', 'v1', {
  hasStatus: false,
  isMadeByUpdates: true,
  isCleared: true,
  content: fc
    .tuple(SERVICE_PORT, SERVICE)
    .map(([port, { spec }]): Json => ({ spec: { ports: [port], ...(spec as Json) } })), // as made above
  part: SERVICE,
  pointers: [
    '/spec/ports',
    '/spec/ports/0',
    '/spec/ports/-',
    '/spec/ports/0/nodePort',
    '/spec/type',
    '/spec/clusterIP',
    '/spec/clusterIPs',
    '/spec/selector',
    '/spec/selector/app',
    '/spec/surplus',
    '',
  ],
  fieldSelectors: ['spec.type=ClusterIP', 'spec.clusterIP=None'],
  last: { spec: { ports: [{ port: 80 }] } },
});

const BACKEND = mostly(
  fc.constantFrom<Json[]>(
    { service: { name: 'web', port: { number: 80 } } },
    { service: { name: 'web', port: { name: 'http' } } },
    { resource: { kind: 'Bucket', name: 'b' } },
  ),
  fc.constantFrom<Json[]>(
    {},
    { service: { name: 'Bad_' } },
    { service: { name: '', port: { number: 70_000 } } },
    { resource: { apiGroup: 'Bad_', kind: '', name: 'a/b' } },
    { service: { name: 'a', port: { number: 1, name: 'b' } }, resource: {} },
  ),
  12,
);
const HTTP_PATH = some({
  path: mostly(fc.constantFrom('/', '/a'), fc.constantFrom('', 'x', '/a//b', '/..'), 12),
  pathType: mostly(fc.constantFrom('Prefix', 'Exact', 'ImplementationSpecific'), fc.constantFrom('', 'Odd', null), 20),
  backend: BACKEND,
});
const HOST = mostly(fc.constantFrom('a.example.com', '*.example.com', ''), fc.constantFrom('Bad_', '1.2.3.4', '*'), 12);
const INGRESS = some({
  rules: fc.array(some({ host: HOST, http: some({ paths: fc.array(HTTP_PATH, { maxLength: 2 }) }) }), { maxLength: 2 }),
  defaultBackend: BACKEND,
  tls: fc.array(some({ hosts: fc.array(HOST, { maxLength: 1 }), secretName: fc.constantFrom('s', 'Bad_', '') }), {
    maxLength: 1,
  }),
  ingressClassName: mostly(fc.constantFrom('nginx', 'other'), fc.constantFrom('', 'Bad_'), 10),
}).map((spec): Json => ({ spec }));

export const ingresses = builtIn('Ingress', 'ingresses', NETWORKING, {
  hasStatus: true,
  content: fc
    .tuple(mostly(fc.constant<Json>({ service: { name: 'web', port: { number: 80 } } }), BACKEND, 4), INGRESS)
    .map(([defaultBackend, { spec }]): Json => ({ spec: { defaultBackend, ...(spec as Json) } })), // as made above
  part: INGRESS,
  status: fc.constantFrom<Json[]>(
    {},
    { loadBalancer: { ingress: [{ ip: '192.0.2.3' }] } },
    { loadBalancer: { ingress: [{ hostname: 'x.example.com', ports: [{ port: 80, protocol: 'TCP' }] }] } },
    { loadBalancer: { ingress: [{ ip: 'x' }, { hostname: '1.2.3.4' }] } },
  ),
  pointers: [
    '/spec/rules',
    '/spec/rules/0',
    '/spec/rules/0/http',
    '/spec/defaultBackend',
    '/spec/tls',
    '/spec/surplus',
    '',
  ],
  last: { spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } },
});

const PEER = mostly(
  fc.oneof(
    fc.record({ podSelector: SELECTOR }),
    fc.record({ namespaceSelector: SELECTOR, podSelector: SELECTOR }),
    fc.constant<Json>({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }),
  ),
  fc.constantFrom<Json[]>(
    {},
    { ipBlock: {} },
    { ipBlock: { cidr: 'x' } },
    { ipBlock: { cidr: '10.0.0.1/8', except: ['11.0.0.0/16', 'y'] } },
    { ipBlock: { cidr: 'FD00::/8' }, podSelector: {} },
  ),
  8,
);
const POLICY_PORT = some({
  port: fc.oneof(PORT_NUMBER, PORT_NAME),
  endPort: fc.constantFrom(90, 70, 70_000),
  protocol: mostly(fc.constantFrom('TCP', 'SCTP'), fc.constant('Odd'), 15),
});
const POLICY = some({
  podSelector: SELECTOR,
  policyTypes: fc.array(mostly(fc.constantFrom('Ingress', 'Egress'), fc.constant('Odd'), 15), {
    minLength: 1,
    maxLength: 3,
  }),
  ingress: fc.array(some({ from: fc.array(PEER, { maxLength: 2 }), ports: fc.array(POLICY_PORT, { maxLength: 1 }) }), {
    minLength: 1,
    maxLength: 1,
  }),
  egress: fc.array(some({ to: fc.array(PEER, { maxLength: 1 }), ports: fc.array(POLICY_PORT, { maxLength: 2 }) }), {
    minLength: 1,
    maxLength: 1,
  }),
}).map((spec): Json => ({ spec }));

export const networkPolicies = builtIn('NetworkPolicy', 'networkpolicies', NETWORKING, {
  hasStatus: false,
  content: POLICY,
  part: POLICY,
  pointers: ['/spec', '/spec/podSelector', '/spec/ingress', '/spec/ingress/0', '/spec/egress', '/spec/policyTypes', ''],
  last: {},
});
