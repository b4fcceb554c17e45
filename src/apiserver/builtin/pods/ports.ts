import type { Cause } from '../../status-error.js';
import { duplicate, oneOfRequired, required } from '../checks/causes.js';
import { validatePortName, validatePortNumber } from '../checks/name-checks.js';
import type { Container, ContainerPort } from './pod-shape.js';

export function validateContainerPorts(ports: readonly ContainerPort[], field: string): Cause[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `${field}[${index}]`;
    return [
      ...portName(port, `${at}.name`, names),
      ...(port.containerPort === 0
        ? [required(`${at}.containerPort`)]
        : validatePortNumber(port.containerPort, `${at}.containerPort`)),
      ...(port.hostPort ? validatePortNumber(port.hostPort, `${at}.hostPort`) : []),
      ...oneOfRequired(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`),
    ];
  });
}

function portName({ name }: ContainerPort, field: string, names: Set<string>): Cause[] {
  if (!name) return [];
  const problems = validatePortName(name, field);
  if (problems.length > 0) return problems;
  if (names.has(name)) return [duplicate(field, name)];
  names.add(name);
  return [];
}

export function hostPortConflicts(containers: readonly Container[], field: string): Cause[] {
  const taken = new Set<string>();
  return containers.flatMap(({ ports = [] }, container) =>
    ports.flatMap(({ protocol = '', hostIP = '', hostPort = 0 }, port) => {
      if (hostPort === 0) return [];
      const place = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(place)) return [duplicate(`${field}[${container}].ports[${port}].hostPort`, place)];
      taken.add(place);
      return [];
    }),
  );
}
