import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { validateAddress, validateEndpointAddress } from '../checks/addresses.js';
import { duplicate, immutable, invalidValue, oneOf, required, unsupported } from '../checks/causes.js';
import { validateLabel, validatePortNumber, validateQualifiedName, validateSubdomain } from '../checks/name-checks.js';
import { typed } from '../model/typed.js';

interface Port {
  name?: string;
  port?: number;
  protocol?: string;
  appProtocol?: string;
}

interface Subset {
  addresses?: { ip: string }[];
  notReadyAddresses?: { ip: string }[];
  ports?: Port[];
}

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export const endpoints: Strategy = {
  validate: (object) =>
    (typed<{ subsets?: Subset[] }>(object).subsets ?? []).flatMap((subset, at) =>
      validateSubset(subset, `subsets[${at}]`),
    ),
};

function validateSubset({ addresses = [], notReadyAddresses = [], ports = [] }: Subset, field: string): Cause[] {
  const nobody = addresses.length === 0 && notReadyAddresses.length === 0;
  return [
    ...(nobody ? [required(field, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...Object.entries({ addresses, notReadyAddresses }).flatMap(([name, all]) =>
      all.flatMap(({ ip }, at) => validateIp(ip, `${field}.${name}[${at}].ip`)),
    ),
    ...ports.flatMap((port, at) => validatePort(port, `${field}.ports[${at}]`, ports.length > 1)),
  ];
}

const validateIp = (ip: string, field: string): Cause[] => [
  ...validateAddress(ip, field),
  ...validateEndpointAddress(ip, field),
];

function validatePort({ name = '', port = 0, protocol, appProtocol }: Port, field: string, isNamed: boolean): Cause[] {
  return [
    ...(isNamed && name === '' ? [required(`${field}.name`)] : []),
    ...(name === '' ? [] : validateLabel(name, `${field}.name`)),
    ...validatePortNumber(port, `${field}.port`),
    ...oneOf(protocol, PROTOCOLS, `${field}.protocol`),
    ...(appProtocol === undefined ? [] : validateQualifiedName(appProtocol, `${field}.appProtocol`)),
  ];
}

interface Slice {
  addressType?: string;
  endpoints?: { addresses?: string[] }[] | null;
  ports?: Port[] | null;
}

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];

export const endpointSlice: Strategy = {
  generationPart: ({ metadata }) => metadata.labels ?? {},
  validate(object, before) {
    const { addressType = '', endpoints: all, ports } = typed<Slice>(object);
    const old = before && typed<Slice>(before);
    return [
      ...(old && old.addressType !== addressType ? [immutable('addressType', addressType)] : []),
      ...validateType(addressType),
      ...(all ?? []).flatMap(({ addresses = [] }, at) =>
        // They were right for the type that stays.
        validateAddresses(addresses, old?.addressType ?? addressType, `endpoints[${at}]`),
      ),
      ...(ports ?? []).flatMap((port, at) => [
        ...validateSlicePort(port, `ports[${at}]`),
        ...((ports ?? []).findIndex(({ name = '' }) => name === (port.name ?? '')) < at
          ? [duplicate(`ports[${at}].name`, port.name ?? '')]
          : []),
      ]),
    ];
  },
  warnings: (object) =>
    typed<Slice>(object).addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [],
};

function validateType(addressType: string): Cause[] {
  if (addressType === '') return [required('addressType')];
  return ADDRESS_TYPES.includes(addressType) ? [] : [unsupported('addressType', addressType, ADDRESS_TYPES)];
}

function validateAddresses(addresses: readonly string[], addressType: string, field: string): Cause[] {
  if (addresses.length === 0) return [required(`${field}.addresses`, 'must contain at least 1 address')];
  return addresses.flatMap((address, at) => {
    const place = `${field}.addresses[${at}]`;
    if (addressType === 'FQDN') return validateSubdomain(address, place);
    if (addressType !== 'IPv4' && addressType !== 'IPv6') return [];
    const malformed = validateAddress(address, place);
    if (malformed.length > 0) return malformed;
    return address.includes(':') === (addressType === 'IPv6')
      ? validateEndpointAddress(address, place)
      : [invalidValue(place, address, `must be a valid ${addressType} address`)];
  });
}

const validateSlicePort = ({ name = '', protocol, appProtocol }: Port, field: string): Cause[] => [
  ...(name === '' ? [] : validateLabel(name, `${field}.name`)),
  ...oneOf(protocol, PROTOCOLS, `${field}.protocol`),
  ...(appProtocol === undefined ? [] : validateQualifiedName(appProtocol, `${field}.appProtocol`)),
];
