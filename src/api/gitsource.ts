import { z } from 'zod';
import { defineResource } from './resource.js';

const NAME_PATTERN = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const NAMESPACE_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DURATION_PATTERN = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;

const rules = (...validations: { readonly rule: string; readonly message: string }[]) => ({
  'x-kubernetes-validations': validations,
});

const SecretReference = z
  .object({ name: z.string().min(1).max(253).regex(NAME_PATTERN) })
  .meta({ description: 'A Secret in the namespace of this GitSource.' });

const Duration = z.string().max(32).regex(DURATION_PATTERN);

const RefName = z.string().min(1).max(255);

const Ref = z
  .object({
    branch: RefName.optional().meta({ description: 'Follow this branch.' }),
    tag: RefName.optional().meta({ description: 'Use this tag.' }),
    semver: RefName.optional().meta({
      description: 'Use the highest tag within this range, for example ">=1.2.0 <2.0.0".',
    }),
    commit: z
      .string()
      .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/)
      .optional()
      .meta({ description: 'Use this commit and no other.' }),
  })
  .meta(
    rules({
      rule: '[has(self.branch), has(self.tag), has(self.semver), has(self.commit)].filter(x, x).size() == 1',
      message: 'exactly one of branch, tag, semver and commit must be set',
    }),
  );

const Amount = z
  .union([z.int(), z.string()])
  .meta({ description: 'A number, or a percentage such as "10%".', 'x-kubernetes-int-or-string': true });

const RemovalBudget = z.object({
  maxObjects: Amount.optional().meta({
    description: 'How many objects one commit may remove: a number, or a percentage of all objects of the source.',
    'x-kubernetes-int-or-string': true,
    ...rules({
      rule: "type(self) == int ? self >= 0 : self.matches('^(100|[0-9]{1,2})%$')",
      message: 'must be a number not below 0 or a percentage between 0% and 100%',
    }),
  }),
  maxClusters: Amount.optional().meta({
    description: 'How many clusters one commit may remove objects from: a number, or a percentage of all clusters.',
    'x-kubernetes-int-or-string': true,
    ...rules({
      rule: "type(self) == int ? self >= 0 : self.matches('^(100|[0-9]{1,2})%$')",
      message: 'must be a number not below 0 or a percentage between 0% and 100%',
    }),
  }),
});

const Verify = z.object({
  mode: z.enum(['Head', 'Range']).default('Head').meta({
    description: 'Head: the commit must be signed. Range: every commit since the last applied one must be.',
  }),
  keysSecretRef: SecretReference,
  minSigners: z.int32().min(1).max(16).default(1),
});

const Globs = z.array(z.string().min(1).max(1024)).max(100);

const Spec = z.object({
  url: z
    .string()
    .min(1)
    .max(2048)
    .regex(/^(https:\/\/|ssh:\/\/|file:\/\/|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:)[^\s]+$/)
    .meta({
      description:
        'https://…, ssh://… or git@host:path. Credentials belong in secretRef, never here. file:// is refused unless the hub was started with --allow-local-git.',
    }),
  ref: Ref.default({ branch: 'main' }),
  include: Globs.default(['**/*.yaml', '**/*.yml', '**/*.json']).meta({
    description: 'Globs over repository paths; a file is read when one matches and no exclude does.',
    'x-kubernetes-list-type': 'atomic',
  }),
  exclude: Globs.default([]).meta({ 'x-kubernetes-list-type': 'atomic' }),
  interval: Duration.default('1m').meta({
    description: 'How often the repository is asked for a new commit; about a tenth is added at random.',
    ...rules({ rule: "duration(self) >= duration('5s')", message: 'must be at least 5s' }),
  }),
  timeout: Duration.default('60s').meta({
    description: 'Limit for talking to the Git host once.',
    ...rules({
      rule: "duration(self) >= duration('1s') && duration(self) <= duration('30m')",
      message: 'must be between 1s and 30m',
    }),
  }),
  secretRef: SecretReference.optional().meta({
    description:
      'Secret with username and password, or bearerToken, or identity and known_hosts; optionally ca.crt for https.',
  }),
  verify: Verify.optional(),
  prune: z.boolean().default(true).meta({ description: 'Delete objects that left the repository.' }),
  deletionPolicy: z
    .enum(['Delete', 'Orphan'])
    .default('Orphan')
    .meta({ description: 'What happens to the objects when this GitSource is deleted.' }),
  targetNamespace: z.string().min(1).max(63).regex(NAMESPACE_PATTERN).optional().meta({
    description: 'Namespace of namespaced objects that name none; the namespace of this GitSource when absent.',
  }),
  serviceAccountName: z
    .string()
    .min(1)
    .max(253)
    .regex(NAME_PATTERN)
    .optional()
    .meta({ description: 'Apply as this ServiceAccount of the same namespace instead of as the hub.' }),
  removalBudget: RemovalBudget.optional().meta({
    description:
      'A commit that removes more is held until the annotation placet.dev/approve-removal names its revision.',
  }),
  webhook: z
    .object({ secretRef: SecretReference })
    .optional()
    .meta({ description: 'Secret with token, and token.previous during a rotation.' }),
  suspend: z.boolean().default(false).meta({ description: 'Stop following the repository; nothing is removed.' }),
});

const Artifact = z.object({
  revision: z.string().meta({ description: 'For example main@sha1:<commit>.' }),
  author: z.string().optional(),
  time: z.string().optional().meta({ format: 'date-time' }),
  message: z.string().optional().meta({ description: "The first line of the commit's message." }),
  files: z.int32().optional(),
  objects: z.int32().optional(),
});

const InventoryEntry = z.object({
  group: z.string(),
  version: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
});
export type InventoryEntry = z.infer<typeof InventoryEntry>;

const Condition = z.object({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: z.int().min(0).optional(),
  lastTransitionTime: z.string().meta({ format: 'date-time' }),
  reason: z.string().min(1).max(1024),
  message: z.string().max(32768),
});

const Status = z.object({
  observedGeneration: z.int().optional(),
  artifact: Artifact.optional().meta({ description: 'The last commit that was read whole and found valid.' }),
  lastAttemptedRevision: z.string().optional(),
  lastAppliedRevision: z.string().optional(),
  inventory: z.array(InventoryEntry).optional().meta({
    description: 'Every object this source may have applied and not yet removed.',
    'x-kubernetes-list-type': 'atomic',
  }),
  lastWebhookTime: z.string().optional().meta({ format: 'date-time' }),
  lastProbeTime: z
    .string()
    .optional()
    .meta({ format: 'date-time', description: 'When the Git host was asked, as of the last write of this status.' }),
  conditions: z
    .array(Condition)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
});
export type GitSourceStatus = z.infer<typeof Status>;

/** A repository whose objects are kept on the hub as its commits say. */
export const GitSource = defineResource({
  group: 'placet.dev',
  version: 'v1alpha1',
  kind: 'GitSource',
  plural: 'gitsources',
  namespaced: true,
  shortNames: ['gs'],
  categories: ['placet'],
  fields: { spec: Spec, status: Status.optional() },
  columns: [
    { name: 'URL', type: 'string', jsonPath: '.spec.url' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Revision', type: 'string', jsonPath: '.status.lastAppliedRevision' },
    { name: 'Objects', type: 'integer', jsonPath: '.status.artifact.objects' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
});
export type GitSource = z.infer<typeof GitSource.schema>;
