import { isJsonObject, type JsonObject } from '../json.js';
import { QUANTITIES } from './amounts.js';
import { LISTS } from './collections.js';
import { createEnvironment, type Program } from './environment.js';
import { NAMED_FORMATS } from './formats.js';
import { CelCostError } from './frame.js';
import { JsonMap } from './json-value.js';
import { type Declaration, declare } from './library.js';
import { CIDRS, IPS } from './network.js';
import { OPTIONAL } from './optional.js';
import { REGEX } from './regex.js';
import { SEMVER } from './semver.js';
import { parseJson, STANDARD } from './standard.js';
import { STRINGS } from './strings.js';
import { TIMES } from './time-functions.js';
import { DYN, mapOf, STRING } from './type.js';
import { URLS } from './url.js';
import { CelError, type CelMap, goTypeOf, type Value, ValueList } from './value.js';

export interface Score {
  readonly name: string;
  readonly value: number;
}

/** The scores of the AddOnPlacementScore of that name for the cluster; undefined when there is none. */
export type ScoresOf = (name: string) => readonly Score[] | undefined;

export interface CostLimits {
  readonly perExpression: number;
  readonly total: number;
}

const CLUSTER_COST_LIMITS: CostLimits = { perExpression: 1_000_000, total: 10_000_000 };

export interface ClusterVerdict {
  readonly matches: boolean;
  readonly cost: number;
  /** Why an expression could not be evaluated; the cluster does not match then. */
  readonly failure?: string;
}

export interface ClusterPredicate {
  /** `cluster` is a ManagedCluster as JSON. */
  evaluate(cluster: object, scoresOf: ScoresOf, limits?: CostLimits): ClusterVerdict;
}

/** The cluster, with what `scores()` reads. */
class ClusterMap extends JsonMap {
  readonly scoresOf: ScoresOf;

  constructor(json: JsonObject, scoresOf: ScoresOf) {
    super(json);
    this.scoresOf = scoresOf;
  }
}

function scores(cluster: CelMap, name: string): Value {
  const found = cluster instanceof ClusterMap ? cluster.scoresOf(name) : undefined;
  if (!found) throw new CelError(`addonplacementscores.cluster.open-cluster-management.io "${name}" not found`);
  return new ValueList(found.map(({ name: score, value }) => new JsonMap({ name: score, value })));
}

const OCM: readonly Declaration[] = [declare('(map(string, dyn)).scores(string): list(dyn)', scores), parseJson];

/** What OCM has of Kubernetes' libraries: everything but sets, normalized versions and two-variable comprehensions. */
export const SHARED_LIBRARIES: readonly (readonly Declaration[])[] = [
  STANDARD,
  TIMES,
  OPTIONAL,
  STRINGS,
  LISTS,
  REGEX,
  URLS,
  QUANTITIES,
  IPS,
  CIDRS,
  NAMED_FORMATS,
  SEMVER,
];

const environment = createEnvironment({
  functions: [...SHARED_LIBRARIES, OCM],
  macros: new Set(['optional']),
  variables: { managedCluster: mapOf(STRING, DYN) },
});

/** All expressions of one celSelector. Throws `CelCompileError` for the first that is wrong. */
export function compileClusterPredicate(expressions: readonly string[]): ClusterPredicate {
  const programs = expressions.map((expression) => environment.compile(expression));
  return {
    evaluate(cluster, scoresOf, limits = CLUSTER_COST_LIMITS) {
      const managedCluster = new ClusterMap(viewOf(cluster), scoresOf);
      let cost = 0;
      for (const program of programs) {
        const answer = evaluate(program, managedCluster, Math.min(limits.perExpression, limits.total - cost));
        cost += answer.cost;
        if (!answer.matches) return { ...answer, cost };
      }
      return { matches: true, cost };
    },
  };
}

function evaluate(program: Program, managedCluster: ClusterMap, maxCost: number): ClusterVerdict {
  try {
    const { value, cost } = program.evaluate({ managedCluster }, maxCost);
    if (typeof value === 'boolean') return { matches: value, cost };
    return { matches: false, cost, failure: `expected bool result, got ${goTypeOf(value)}` };
  } catch (error) {
    if (error instanceof CelCostError) return { matches: false, cost: maxCost + 1, failure: error.message };
    if (error instanceof CelError) return { matches: false, cost: 0, failure: error.message };
    throw error;
  }
}

const views = new WeakMap<object, JsonObject>();

/** An object that cannot change keeps its view: many placements look at the same clusters. */
function viewOf(cluster: object): JsonObject {
  if (!Object.isFrozen(cluster)) return clusterView(cluster);
  const view = views.get(cluster) ?? clusterView(cluster);
  views.set(cluster, view);
  return view;
}

/**
 * The cluster as OCM shows it to expressions: its Go type printed as JSON. So kind and version of the object are absent,
 * empty lists and maps too, and what Go never leaves out is there without ever having been set.
 */
function clusterView(cluster: object): JsonObject {
  const { metadata, spec, status } = cluster as JsonObject;
  const { capacity, allocatable, version, conditions, ...others } = objectOf(status);
  return {
    metadata: { creationTimestamp: null, ...withoutEmpty(objectOf(metadata)) },
    spec: { hubAcceptsClient: false, ...withoutEmpty(objectOf(spec)) },
    status: {
      conditions: conditions ?? null,
      version: withoutEmpty(objectOf(version)),
      ...withoutEmpty({ ...others, capacity: amounts(capacity), allocatable: amounts(allocatable) }),
    },
  };
}

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

function withoutEmpty(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([name, value]) => name === 'hubAcceptsClient' || !isEmpty(value)),
  );
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0) ||
  (isJsonObject(value) && Object.keys(value).length === 0);

/** Quantities print as they were written. */
const amounts = (given: unknown): JsonObject =>
  Object.fromEntries(
    Object.entries(objectOf(given)).map(([name, amount]) => [
      name,
      typeof amount === 'number' ? String(amount) : amount,
    ]),
  );
