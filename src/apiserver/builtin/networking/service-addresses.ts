import { parseSloppily } from '../../../apimachinery/address.js';
import { equalJson } from '../../../apimachinery/json.js';
import type { Cause } from '../../status-error.js';
import { validateAddress } from '../checks/addresses.js';
import { duplicate, invalidValue, oneOf, required, unsupported } from '../checks/causes.js';
import { HEADLESS, hasAddress, isHeadless, type ServiceSpec } from './service-spec.js';

/** The family of addresses the server has a range of. */
const FAMILY = 'IPv4';
const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

const IPS = 'spec.clusterIPs';
const POLICY = 'spec.ipFamilyPolicy';

const familyOf = (ip: string): string => (parseSloppily(ip)?.bits === 128 ? 'IPv6' : 'IPv4');

/** What `clusterIP`, `clusterIPs` and the families say of one another. */
export function validateAddresses(spec: ServiceSpec, before: ServiceSpec | undefined): Cause[] {
  if (!hasAddress(spec)) return [];
  const { clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const malformed = validateEachAddress(clusterIPs, before?.clusterIPs);
  return [
    ...validatePair(clusterIP, clusterIPs),
    ...ipFamilies.flatMap((family, at) => [
      ...(FAMILIES.includes(family) ? [] : [unsupported(`spec.ipFamilies[${at}]`, family, FAMILIES)]),
      ...(ipFamilies.indexOf(family) < at ? [duplicate(`spec.ipFamilies[${at}]`, family)] : []),
    ]),
    ...oneOf(ipFamilyPolicy, POLICIES, POLICY),
    ...malformed,
    ...(clusterIPs.length > 2 ? [invalidValue(IPS, clusterIPs, 'may only hold up to 2 values')] : []),
    ...(malformed.length > 0 ? [] : [...validateStacks(clusterIPs), ...validateFamilies(spec)]),
  ];
}

function validatePair(clusterIP: string | undefined, clusterIPs: readonly string[]): Cause[] {
  if (!clusterIP) {
    return clusterIPs.length === 0
      ? []
      : [invalidValue(IPS, clusterIPs, 'must be empty when `clusterIP` is not specified')];
  }
  if (clusterIPs.length === 0) return [required(IPS)];
  return clusterIPs[0] === clusterIP ? [] : [invalidValue(IPS, clusterIPs, 'first value must match `clusterIP`')];
}

const validateEachAddress = (clusterIPs: readonly string[], before: readonly string[] | undefined): Cause[] =>
  clusterIPs.flatMap((ip, at) => {
    if (at > 0 || ip !== HEADLESS) return validateAddress(ip, `${IPS}[${at}]`, before);
    return clusterIPs.length > 1 ? [invalidValue(IPS, clusterIPs, "'None' must be the first and only value")] : [];
  });

function validateStacks(clusterIPs: readonly string[]): Cause[] {
  const families = clusterIPs.map(familyOf);
  return clusterIPs.length < 2 || (clusterIPs.length === 2 && families[0] !== families[1])
    ? []
    : [invalidValue(IPS, clusterIPs, 'may specify no more than one IP for each IP family')];
}

function validateFamilies(spec: ServiceSpec): Cause[] {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  if (isHeadless(spec)) return [];
  return clusterIPs.flatMap((ip, at) => {
    const family = ipFamilies[at];
    return family === undefined || !FAMILIES.includes(family) || familyOf(ip) === family
      ? []
      : [invalidValue(`${IPS}[${at}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${at}]\``)];
  });
}

/** What a client left out, as it is; and `clusterIPs` where it only told `clusterIP`. */
export function keepAddresses(spec: ServiceSpec, before: ServiceSpec | undefined): void {
  if (!before) {
    if (spec.clusterIP && !spec.clusterIPs) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  if (hasAddress(spec) && hasAddress(before)) {
    if (!spec.clusterIP && before.clusterIP) spec.clusterIP = before.clusterIP;
    if (!spec.clusterIPs && before.clusterIPs) spec.clusterIPs = [...before.clusterIPs];
  }
  if (before.clusterIPs && !spec.clusterIPs && before.clusterIP === spec.clusterIP) {
    spec.clusterIPs = [...before.clusterIPs];
  }
  if (before.clusterIP === spec.clusterIP || !equalJson(before.clusterIPs ?? [], spec.clusterIPs ?? [])) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else if (before.clusterIP) delete spec.clusterIPs;
}

/** Sets the policy and the families nobody named; gives what is wrong with those that were. */
export function completeFamilies(spec: ServiceSpec, before: ServiceSpec | undefined): Cause[] {
  if (!hasAddress(spec) || staysPreferred(spec, before)) return [];
  spec.ipFamilyPolicy ??= before?.ipFamilyPolicy ?? (isSelectorless(spec) ? 'RequireDualStack' : 'SingleStack');
  const wrong = validateAddresses(spec, before);
  if (wrong.length > 0) return wrong;
  const contradictions = [...narrow(spec, before), ...validateSingle(spec), ...inferFamilies(spec)];
  if (contradictions.length > 0) return contradictions;
  if (isSelectorless(spec)) {
    const [family = FAMILY] = spec.ipFamilies ?? [];
    const both = [family, ...FAMILIES.filter((other) => other !== family)];
    spec.ipFamilies =
      (spec.ipFamilies ?? []).length > 1
        ? (spec.ipFamilies ?? [])
        : spec.ipFamilyPolicy === 'SingleStack'
          ? [family]
          : both;
    return [];
  }
  const unserved = validateServed(spec);
  if (unserved.length === 0 && !spec.ipFamilies?.length) spec.ipFamilies = [FAMILY];
  return unserved;
}

/** Its endpoints are somebody else's, of any family. */
const isSelectorless = ({ clusterIP, selector }: ServiceSpec): boolean =>
  clusterIP === HEADLESS && Object.keys(selector ?? {}).length === 0;

const staysPreferred = (spec: ServiceSpec, before: ServiceSpec | undefined): boolean =>
  before !== undefined &&
  spec.type === before.type &&
  spec.ipFamilyPolicy === 'PreferDualStack' &&
  (before.ipFamilyPolicy ?? 'PreferDualStack') === 'PreferDualStack' &&
  spec.clusterIP === before.clusterIP &&
  equalJson(spec.clusterIPs ?? [], before.clusterIPs ?? []) &&
  equalJson(spec.ipFamilies ?? [], before.ipFamilies ?? []);

function narrow(spec: ServiceSpec, before: ServiceSpec | undefined): Cause[] {
  if (!before) return [];
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  if (ipFamilyPolicy === 'SingleStack') {
    if (clusterIPs.length > 1 && equalJson(clusterIPs, before.clusterIPs)) spec.clusterIPs = clusterIPs.slice(0, 1);
    if (ipFamilies.length > 1 && equalJson(ipFamilies, before.ipFamilies)) spec.ipFamilies = ipFamilies.slice(0, 1);
    return [];
  }
  const isReduced = (now: readonly string[], was: readonly string[] = []): boolean =>
    now.length > 0 && now.length < was.length;
  return [
    ...(isReduced(clusterIPs, before.clusterIPs) ? ["must be 'SingleStack' to release the secondary cluster IP"] : []),
    ...(isReduced(ipFamilies, before.ipFamilies) ? ["must be 'SingleStack' to release the secondary IP family"] : []),
  ].map((why) => invalidValue(POLICY, ipFamilyPolicy, why));
}

function validateSingle({ clusterIPs = [], ipFamilies = [], ipFamilyPolicy }: ServiceSpec): Cause[] {
  if (ipFamilyPolicy !== 'SingleStack') return [];
  const why = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
  return [
    ...(clusterIPs.length === 2 ? [`${why} cluster IPs are specified`] : []),
    ...(ipFamilies.length === 2 ? [`${why} IP families are specified`] : []),
  ].map((problem) => invalidValue(POLICY, ipFamilyPolicy, problem));
}

function inferFamilies(spec: ServiceSpec): Cause[] {
  const { clusterIPs = [], ipFamilies = [] } = spec;
  if (isHeadless(spec)) return [];
  const missing = clusterIPs.slice(ipFamilies.length).map(familyOf);
  const inferred = missing.filter((family) => family === FAMILY);
  if (inferred.length > 0) spec.ipFamilies = [...ipFamilies, ...inferred];
  return missing.flatMap((family, at) =>
    family === FAMILY
      ? []
      : [invalidValue(`${IPS}[${at + ipFamilies.length}]`, clusterIPs, `${family} is not configured on this cluster`)],
  );
}

const validateServed = ({ ipFamilies = [], ipFamilyPolicy }: ServiceSpec): Cause[] => [
  ...(ipFamilyPolicy === 'RequireDualStack'
    ? [invalidValue(POLICY, ipFamilyPolicy, 'this cluster is not configured for dual-stack services')]
    : []),
  ...ipFamilies.flatMap((family, at) =>
    family === FAMILY ? [] : [invalidValue(`spec.ipFamilies[${at}]`, family, 'not configured on this cluster')],
  ),
];

/** An address stays what it was while the service has one. */
export function validateAddressChange(spec: ServiceSpec, before: ServiceSpec): Cause[] {
  if (!hasAddress(spec) || !hasAddress(before)) return [];
  return [...addressChange(spec, before), ...familyChange(spec, before)];
}

function addressChange(spec: ServiceSpec, before: ServiceSpec): Cause[] {
  const { clusterIPs = [] } = spec;
  const { clusterIPs: was = [] } = before;
  if (isHeadless(spec) && isHeadless(before)) return [];
  if (was.length === clusterIPs.length) {
    return was.flatMap((ip, at) =>
      ip === clusterIPs[at] ? [] : [invalidValue(`${IPS}[${at}]`, clusterIPs, 'may not change once set')],
    );
  }
  if (clusterIPs.length === 0) return [invalidValue(`${IPS}[0]`, null, 'primary clusterIP can not be unset')];
  return was.length > 0 && clusterIPs[0] !== was[0]
    ? [invalidValue(`${IPS}[0]`, clusterIPs, 'may not change once set')]
    : [];
}

function familyChange(spec: ServiceSpec, before: ServiceSpec): Cause[] {
  if (isHeadless(spec) || isHeadless(before)) return [];
  const { ipFamilies = [] } = spec;
  const { ipFamilies: was = [] } = before;
  return was.length === ipFamilies.length && was[0] !== ipFamilies[0]
    ? [invalidValue('spec.ipFamilies[0]', ipFamilies, 'may not change once set')]
    : [];
}
