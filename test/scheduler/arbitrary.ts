import fc from 'fast-check';
import type { ManagedCluster } from '../../src/api/cluster.js';
import { binding, cluster, clusterSet, placement, score, type WorldInput } from './world.js';

const env = fc.constantFrom('prod', 'dev', 'test');
const names = Array.from({ length: 12 }, (_, at) => `c${String(at).padStart(2, '0')}`);

const taint = fc.record({
  key: fc.constantFrom('k1', 'k2'),
  effect: fc.constantFrom('NoSelect', 'PreferNoSelect', 'NoSelectIfNew'),
  timeAdded: fc.constantFrom('2025-12-31T23:59:50Z', '2025-12-31T23:00:00Z'),
});

/** Any state of the cluster with that name. */
export const anyClusterNamed = (name: string): fc.Arbitrary<ManagedCluster> =>
  fc
    .record({
      set: fc.constantFrom('s1', 's2', ''),
      env,
      region: fc.constantFrom('eu', 'us'),
      taints: fc.array(taint, { maxLength: 2 }),
      claim: fc.constantFrom('EKS', 'AKS'),
      cpu: fc.constantFrom('1', '2', '4', '8'),
      deleting: fc.boolean().map((flag) => flag),
    })
    .map(({ set, env: tier, region, taints, claim, cpu, deleting }) =>
      cluster(name, {
        set,
        labels: { env: tier, region },
        taints,
        claims: { product: claim },
        cpu,
        memory: `${cpu}Gi`,
        deleting: deleting && region === 'us' && tier === 'test',
      }),
    );

export const anyWorld: fc.Arbitrary<WorldInput> = fc
  .subarray(names)
  .chain((chosen) =>
    fc.record({
      clusters: fc.tuple(...chosen.map(anyClusterNamed)),
      held: fc.subarray(names),
      others: fc.subarray(names),
      third: fc.subarray(names),
      bound: fc.subarray(['s1', 's2', 'europe']),
      scored: fc.subarray(names),
    }),
  )
  .map(({ clusters, held, others, third, bound, scored }) => ({
    clusters,
    sets: [
      clusterSet('s1'),
      clusterSet('s2'),
      clusterSet('europe', { selectorType: 'LabelSelector', labelSelector: { matchLabels: { region: 'eu' } } }),
    ],
    bindings: bound.map((name) => binding(name)),
    decisions: { 'ns1/p': held, 'ns1/q': others, 'ns2/p': third },
    scores: scored.map((name, at) => score(name, 'usage', at * 8)),
  }));

const predicate = fc.oneof(
  env.map((value) => ({ labelSelector: { matchLabels: { env: value } } })),
  fc.constant({ claimSelector: { matchExpressions: [{ key: 'product', operator: 'In', values: ['EKS'] }] } }),
  fc.constant({ celSelector: { celExpressions: ['managedCluster.metadata.labels["env"] != "dev"'] } }),
);

const toleration = fc.constantFrom(
  { key: 'k1', operator: 'Exists' },
  { key: 'k2', operator: 'Exists', tolerationSeconds: 60 },
  { operator: 'Exists', effect: 'NoSelectIfNew' },
  { key: 'k1' },
);

const configuration = fc.record({
  scoreCoordinate: fc.constantFrom(
    { builtIn: 'Balance' },
    { builtIn: 'Steady' },
    { builtIn: 'ResourceAllocatableCPU' },
    { type: 'AddOn', addOn: { resourceName: 'usage', scoreName: 'usage' } },
  ),
  weight: fc.integer({ min: 0, max: 3 }),
});

export const anyPlacement = fc
  .record({
    clusterSets: fc.option(fc.subarray(['s1', 's2', 'europe']), { nil: undefined }),
    numberOfClusters: fc.option(fc.nat(14), { nil: undefined }),
    predicates: fc.array(predicate, { maxLength: 2 }),
    tolerations: fc.array(toleration, { maxLength: 2 }),
    mode: fc.constantFrom('Additive', 'Exact'),
    configurations: fc.array(configuration, { maxLength: 3 }),
    size: fc.constantFrom<(number | string)[]>(0, 1, 2, '34%', '100%'),
    groups: fc.subarray(['prod', 'dev']),
  })
  .map(({ predicates, mode, configurations, size, groups, clusterSets, numberOfClusters, tolerations }) =>
    placement({
      ...(clusterSets && { clusterSets }),
      ...(numberOfClusters !== undefined && { numberOfClusters }),
      predicates: predicates.map((requiredClusterSelector) => ({ requiredClusterSelector })),
      tolerations,
      prioritizerPolicy: { mode, configurations },
      decisionStrategy: {
        groupStrategy: {
          clustersPerDecisionGroup: size,
          decisionGroups: groups.map((name) => ({
            groupName: name,
            groupClusterSelector: { labelSelector: { matchLabels: { env: name } } },
          })),
        },
      },
    }),
  );
