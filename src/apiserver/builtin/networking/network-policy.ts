import type { Unstructured } from '../../../api/meta.js';
import { isInside, masked, parsePrefix } from '../../../apimachinery/address.js';
import type { Strategy } from '../../kind.js';
import type { Cause } from '../../status-error.js';
import { cidrWarnings, validateCidr } from '../checks/addresses.js';
import { forbiddenField, invalidValue, oneOf, required, unsupported } from '../checks/causes.js';
import { validateLabelSelector } from '../checks/label-selectors.js';
import { validatePortName, validatePortNumber } from '../checks/name-checks.js';
import { type LabelSelectorSpec, specOf, typed } from '../model/typed.js';

interface Port {
  protocol?: string;
  port?: number | string;
  endPort?: number;
}

interface Block {
  cidr?: string;
  except?: string[];
}

interface Peer {
  podSelector?: LabelSelectorSpec;
  namespaceSelector?: LabelSelectorSpec;
  ipBlock?: Block;
}

interface Spec {
  podSelector?: LabelSelectorSpec;
  policyTypes?: string[];
  ingress?: { from?: Peer[]; ports?: Port[] }[];
  egress?: { to?: Peer[]; ports?: Port[] }[];
}

interface Rule {
  readonly field: string;
  readonly ports: readonly Port[];
  readonly peers: readonly Peer[];
  readonly peersField: string;
}

const TYPES = ['Ingress', 'Egress'];

export const networkPolicy: Strategy = {
  complete: completeTypes,
  validate(object, before) {
    const spec = specOf<Spec>(object);
    const known = before ? blocksOf(typed<Spec>(before.spec ?? {})).flatMap(({ block }) => cidrsOf(block)) : [];
    return [
      ...validateLabelSelector(spec.podSelector, 'spec.podSelector'),
      ...rulesOf(spec).flatMap((rule) => validateRule(rule, known)),
      ...validateTypes(spec.policyTypes ?? []),
    ];
  },
  warnings: (object) =>
    blocksOf(specOf<Spec>(object)).flatMap(({ field, block: { cidr = '', except = [] } }) => [
      ...cidrWarnings(cidr, `${field}.cidr`),
      ...except.flatMap((one, at) => cidrWarnings(one, `${field}.except[${at}]`)),
    ]),
};

function completeTypes(draft: Unstructured): void {
  const spec = specOf<Spec>(draft);
  spec.policyTypes ??= spec.egress?.length ? [...TYPES] : ['Ingress'];
}

const rulesOf = ({ ingress = [], egress = [] }: Spec): readonly Rule[] => [
  ...ingress.map(({ from = [], ports = [] }, at) => {
    const field = `spec.ingress[${at}]`;
    return { field, ports, peers: from, peersField: `${field}.from` };
  }),
  ...egress.map(({ to = [], ports = [] }, at) => {
    const field = `spec.egress[${at}]`;
    return { field, ports, peers: to, peersField: `${field}.to` };
  }),
];

const blocksOf = (spec: Spec): readonly { field: string; block: Block }[] =>
  rulesOf(spec).flatMap(({ peers, peersField }) =>
    peers.flatMap(({ ipBlock }, at) => (ipBlock ? [{ field: `${peersField}[${at}].ipBlock`, block: ipBlock }] : [])),
  );

const cidrsOf = ({ cidr = '', except = [] }: Block): readonly string[] => [cidr, ...except];

const validateRule = ({ field, ports, peers, peersField }: Rule, known: readonly string[]): Cause[] => [
  ...ports.flatMap((port, at) => validatePort(port, `${field}.ports[${at}]`)),
  ...peers.flatMap((peer, at) => validatePeer(peer, `${peersField}[${at}]`, known)),
];

function validatePort({ protocol, port, endPort }: Port, field: string): Cause[] {
  const end = `${field}.endPort`;
  const misplaced = (when: string): Cause[] =>
    endPort === undefined ? [] : [invalidValue(end, endPort, `may not be specified when \`port\` is ${when}`)];
  const about = oneOf(protocol, ['TCP', 'UDP', 'SCTP'], `${field}.protocol`);
  if (port === undefined) return [...about, ...misplaced('not specified')];
  if (typeof port === 'string') {
    return [...about, ...misplaced('non-numeric'), ...validatePortName(port, `${field}.port`)];
  }
  return [...about, ...validatePortNumber(port, `${field}.port`), ...validateEnd(port, endPort, end)];
}

function validateEnd(port: number, endPort: number | undefined, field: string): Cause[] {
  if (endPort === undefined) return [];
  return [
    ...(endPort < port ? [invalidValue(field, port, 'must be greater than or equal to `port`')] : []),
    ...validatePortNumber(endPort, field),
  ];
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: Peer,
  field: string,
  known: readonly string[],
): Cause[] {
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  return [
    ...validateLabelSelector(podSelector, `${field}.podSelector`),
    ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`),
    ...(ipBlock ? validateBlock(ipBlock, `${field}.ipBlock`, known) : []),
    ...(selects || ipBlock ? [] : [required(field, 'must specify a peer')]),
    ...(selects && ipBlock ? [forbiddenField(field, 'may not specify both ipBlock and another peer')] : []),
  ];
}

function validateBlock({ cidr, except = [] }: Block, field: string, known: readonly string[]): Cause[] {
  if (!cidr) return [required(`${field}.cidr`)];
  const outer = parsePrefix(cidr);
  return [
    ...validateCidr(cidr, `${field}.cidr`, known),
    ...(outer ? except : []).flatMap((one, at) => {
      const inner = parsePrefix(one);
      const isPart = !inner || !outer || (isInside(masked(inner), outer) && outer.length < inner.length);
      const exceptField = `${field}.except[${at}]`;
      return [
        ...validateCidr(one, exceptField, known),
        ...(isPart ? [] : [invalidValue(exceptField, one, 'must be a strict subset of `cidr`')]),
      ];
    }),
  ];
}

function validateTypes(types: readonly string[]): Cause[] {
  if (types.length > TYPES.length) {
    return [invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  }
  return types.flatMap((type, at) =>
    TYPES.includes(type) ? [] : [unsupported(`spec.policyTypes[${at}]`, type, TYPES)],
  );
}
