import type { Cause } from '../../status-error.js';
import { forbiddenField, invalidValue, misnamed, nonNegative, required, unsupported } from '../checks/causes.js';
import { validatePort, validatePortNumber } from '../checks/name-checks.js';
import type { Container, Handler, Lifecycle, PodSpec, Probe } from './pod-shape.js';

/** What probes and hooks of a container depend on. */
export type PodFacts = Pick<PodSpec, 'terminationGracePeriodSeconds'>;

export const validateProbes = (container: Container, facts: PodFacts, field: string): Cause[] => [
  ...(container.lifecycle ? lifecycleProblems(container.lifecycle, facts, `${field}.lifecycle`) : []),
  ...onlyOnce(container.livenessProbe, facts, `${field}.livenessProbe`),
  ...readiness(container.readinessProbe, facts, `${field}.readinessProbe`),
  ...onlyOnce(container.startupProbe, facts, `${field}.startupProbe`),
];

function onlyOnce(probe: Probe | undefined, facts: PodFacts, field: string): Cause[] {
  if (!probe) return [];
  const { successThreshold } = probe;
  return [
    ...probeProblems(probe, facts, field),
    ...(successThreshold === 1 ? [] : [invalidValue(`${field}.successThreshold`, successThreshold, 'must be 1')]),
  ];
}

function readiness(probe: Probe | undefined, facts: PodFacts, field: string): Cause[] {
  if (!probe) return [];
  const { terminationGracePeriodSeconds: grace } = probe;
  const at = `${field}.terminationGracePeriodSeconds`;
  return [
    ...probeProblems(probe, facts, field),
    ...(grace === undefined ? [] : [invalidValue(at, grace, 'must not be set for readinessProbes')]),
  ];
}

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function probeProblems(probe: Probe, facts: PodFacts, field: string): Cause[] {
  const { terminationGracePeriodSeconds: grace } = probe;
  return [
    ...handlerProblems(probe, facts, field),
    ...COUNTS.flatMap((count) => nonNegative(probe[count], `${field}.${count}`)),
    ...(grace !== undefined && grace <= 0
      ? [invalidValue(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0')]
      : []),
  ];
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function handlerProblems(handler: Handler, facts: PodFacts, field: string): Cause[] {
  const [first, ...others] = HANDLERS.filter((name) => handler[name] !== undefined);
  if (!first) return [required(field, 'must specify a handler type')];
  return [
    ...oneHandler(handler, first, facts, `${field}.${first}`),
    ...others.map((name) => forbiddenField(`${field}.${name}`, 'may not specify more than 1 handler type')),
  ];
}

function oneHandler(handler: Handler, name: (typeof HANDLERS)[number], facts: PodFacts, field: string): Cause[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (name === 'exec') return exec?.command?.length ? [] : [required(`${field}.command`)];
  if (name === 'httpGet' && httpGet) return httpProblems(httpGet, field);
  if (name === 'tcpSocket' && tcpSocket) return validatePort(tcpSocket.port, `${field}.port`);
  if (name === 'grpc' && grpc) return validatePortNumber(grpc.port, `${field}.port`);
  const grace = facts.terminationGracePeriodSeconds;
  if (!sleep || grace === undefined || (sleep.seconds >= 0 && sleep.seconds <= grace)) return [];
  const why = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
  return [invalidValue(field, sleep.seconds, why)];
}

const headerProblems = (name: string): string[] =>
  /^[-A-Za-z0-9]+$/.test(name)
    ? []
    : [
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
      ];

const SCHEMES = ['HTTP', 'HTTPS'];

const httpProblems = (
  { path, port, scheme, httpHeaders = [] }: NonNullable<Handler['httpGet']>,
  field: string,
): Cause[] => [
  ...(path ? [] : [required(`${field}.path`)]),
  ...validatePort(port, `${field}.port`),
  ...(scheme && SCHEMES.includes(scheme) ? [] : [unsupported(`${field}.scheme`, scheme, SCHEMES)]),
  ...httpHeaders.flatMap(({ name }) => misnamed(`${field}.httpHeaders`, name, headerProblems)),
];

const lifecycleProblems = ({ postStart, preStop }: Lifecycle, facts: PodFacts, field: string): Cause[] => [
  ...(postStart ? handlerProblems(postStart, facts, `${field}.postStart`) : []),
  ...(preStop ? handlerProblems(preStop, facts, `${field}.preStop`) : []),
];
