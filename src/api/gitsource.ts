import { z } from 'zod';
import { Conditions } from './conditions.js';
import { defineResource } from './resource.js';
import { atomicList, intOrString, timestamp, withRules } from './schema.js';

/** On objects that came from Git: `namespace/name` of their GitSource. */
export const SOURCE_ANNOTATION = 'placet.dev/source';
/** On objects that came from Git: the commit that gave them their present content. */
export const REVISION_ANNOTATION = 'placet.dev/revision';
/** On objects that came from Git: a digest of that content, by which an unchanged object is recognised. */
export const CONTENT_ANNOTATION = 'placet.dev/content';
/** On a GitSource: the revision whose removals are approved although they exceed the budget. */
export const APPROVE_REMOVAL_ANNOTATION = 'placet.dev/approve-removal';
/** Keeps a GitSource with deletionPolicy Delete until its objects are gone. */
export const SOURCE_FINALIZER = 'placet.dev/source';

const NAME_PATTERN = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const NAMESPACE_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DURATION_PATTERN = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;

const SecretReference = z
  .object({ name: z.string().min(1).max(253).regex(NAME_PATTERN) })
  .describe('A Secret in the namespace of this GitSource.');

const Duration = z.string().max(32).regex(DURATION_PATTERN);

const RefName = z.string().min(1).max(255);

const Ref = withRules(
  z.object({
    branch: RefName.optional().describe('Follow this branch.'),
    tag: RefName.optional().describe('Use this tag.'),
    semver: RefName.optional().describe('Use the highest tag within this range, for example ">=1.2.0 <2.0.0".'),
    commit: z
      .string()
      .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/)
      .optional()
      .describe('Use this commit and no other.'),
  }),
  {
    rule: '[has(self.branch), has(self.tag), has(self.semver), has(self.commit)].filter(x, x).size() == 1',
    message: 'exactly one of branch, tag, semver and commit must be set',
  },
);

/** A number or a percentage. */
const amount = () =>
  withRules(intOrString(), {
    rule: "type(self) == int ? self >= 0 : self.matches('^(100|[0-9]{1,2})%$')",
    message: 'must be a number not below 0 or a percentage between 0% and 100%',
  });

const RemovalBudget = z.object({
  maxObjects: amount()
    .optional()
    .describe('How many objects one commit may remove: a number, or a percentage of all objects of the source.'),
  maxClusters: amount()
    .optional()
    .describe('How many clusters one commit may remove objects from: a number, or a percentage of all clusters.'),
});

const Verify = z.object({
  mode: z
    .enum(['Head', 'Range'])
    .default('Head')
    .describe('Head: the commit must be signed. Range: every commit since the last applied one must be.'),
  keysSecretRef: SecretReference,
  minSigners: z.int32().min(1).max(16).default(1),
});

const Globs = atomicList(z.string().min(1).max(1024)).max(100);

const Spec = z.object({
  url: z
    .string()
    .min(1)
    .max(2048)
    .regex(/^(https:\/\/|ssh:\/\/|file:\/\/|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:)[^\s]+$/)
    .describe(
      'https://…, ssh://… or git@host:path. Credentials belong in secretRef, never here. file:// is refused unless the hub was started with --allow-local-git.',
    ),
  ref: Ref.default({ branch: 'main' }),
  include: Globs.default(['**/*.yaml', '**/*.yml', '**/*.json']).describe(
    'Globs over repository paths; a file is read when one matches and no exclude does.',
  ),
  exclude: Globs.default([]),
  interval: withRules(Duration, { rule: "duration(self) >= duration('5s')", message: 'must be at least 5s' })
    .default('1m')
    .describe('How often the repository is asked for a new commit; about a tenth is added at random.'),
  timeout: withRules(Duration, {
    rule: "duration(self) >= duration('1s') && duration(self) <= duration('30m')",
    message: 'must be between 1s and 30m',
  })
    .default('60s')
    .describe('Limit for talking to the Git host once.'),
  secretRef: SecretReference.optional().describe(
    'Secret with username and password, or bearerToken, or identity and known_hosts; optionally ca.crt for https.',
  ),
  verify: Verify.optional(),
  prune: z.boolean().default(true).describe('Delete objects that left the repository.'),
  deletionPolicy: z
    .enum(['Delete', 'Orphan'])
    .default('Orphan')
    .describe('What happens to the objects when this GitSource is deleted.'),
  targetNamespace: z
    .string()
    .min(1)
    .max(63)
    .regex(NAMESPACE_PATTERN)
    .optional()
    .describe('Namespace of namespaced objects that name none; the namespace of this GitSource when absent.'),
  serviceAccountName: z
    .string()
    .min(1)
    .max(253)
    .regex(NAME_PATTERN)
    .optional()
    .describe('Apply as this ServiceAccount of the same namespace instead of as the hub.'),
  removalBudget: RemovalBudget.optional().describe(
    'A commit that removes more is held until the annotation placet.dev/approve-removal names its revision.',
  ),
  webhook: z
    .object({ secretRef: SecretReference })
    .optional()
    .describe('Secret with token, and token.previous during a rotation.'),
  suspend: z.boolean().default(false).describe('Stop following the repository; nothing is removed.'),
});

const Artifact = z.object({
  revision: z.string().describe('For example main@sha1:<commit>.'),
  author: z.string().optional(),
  time: timestamp().optional(),
  message: z.string().optional().describe("The first line of the commit's message."),
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

const Status = z.object({
  observedGeneration: z.int().optional(),
  artifact: Artifact.optional().describe('The last commit that was read whole and found valid.'),
  lastAttemptedRevision: z.string().optional(),
  lastAppliedRevision: z.string().optional(),
  inventory: atomicList(InventoryEntry)
    .optional()
    .describe('Every object this source may have applied and not yet removed.'),
  lastWebhookTime: timestamp().optional(),
  lastProbeTime: timestamp().optional().describe('When the Git host was asked, as of the last write of this status.'),
  conditions: Conditions.optional(),
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
