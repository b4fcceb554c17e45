import { Secret } from '../api/core.js';
import type { GitSource } from '../api/gitsource.js';
import { keyOf } from '../api/meta.js';
import { parseDuration } from '../apimachinery/duration.js';
import { type Checkout, checkOut } from '../gitsource/checkout.js';
import { credentialsFrom } from '../gitsource/credentials.js';
import { failureReason, terminal } from '../gitsource/failure.js';
import type { ParseMemory } from '../gitsource/read.js';
import { targetOf } from '../gitsource/ref.js';
import {
  forgetRepositories,
  type GitOptions,
  openRepository,
  type Repository,
  type Revision,
} from '../gitsource/repository.js';
import type { KubeClient } from '../kube/client.js';

export interface SourceReader {
  /** The commit the source names now. The Git host is asked only when `ask` is true or nothing was read before. */
  read(source: GitSource, ask: boolean, signal: AbortSignal): Promise<Checkout>;
  forget(key: string): Promise<void>;
}

interface Memory {
  readonly parsed: ParseMemory;
  settings: string;
  checkout?: Checkout;
}

/** What of a spec decides which objects a commit holds. */
const settingsOf = ({ spec, metadata }: GitSource): string =>
  JSON.stringify([spec.url, spec.ref, spec.include, spec.exclude, targetNamespaceOf({ spec, metadata })]);

const targetNamespaceOf = ({ spec, metadata }: Pick<GitSource, 'spec' | 'metadata'>): string =>
  spec.targetNamespace ?? metadata.namespace ?? 'default';

/** Remembers, per source, what was read, so that an unchanged commit costs one question to the Git host and nothing else. */
export function createSourceReader(client: KubeClient, git: GitOptions): SourceReader {
  const memories = new Map<string, Memory>();

  const open = async (source: GitSource, signal: AbortSignal): Promise<Repository> => {
    const data = await secretData(client, source, signal);
    return await openRepository(keyOf(source), source.spec.url, (scheme) => credentialsFrom(data, scheme), git);
  };

  const fresh = async (source: GitSource, revision: Revision, repository: Repository, signal: AbortSignal) => {
    const memory = memories.get(keyOf(source));
    const conversation = { timeoutMs: parseDuration(source.spec.timeout), signal };
    try {
      await repository.fetch(revision, conversation);
      return await checkOut(repository, revision, {
        ...conversation,
        globs: source.spec,
        targetNamespace: targetNamespaceOf(source),
        memory: memory?.parsed ?? new Map(),
        ...(git.limits ? { limits: git.limits } : {}),
      });
    } catch (error) {
      // The host answered, so what is broken may be our copy of the repository: the next try makes a new one.
      if (error instanceof Error && failureReason(error) === 'GitFailed') await forgetRepositories(keyOf(source), git);
      throw error;
    }
  };

  return {
    read: async (source, ask, signal) => {
      const key = keyOf(source);
      if (source.spec.verify) {
        throw terminal('InvalidSpec', 'spec.verify: this version cannot verify signatures; remove it to go on without');
      }
      const settings = settingsOf(source);
      const known = memories.get(key);
      if (known?.checkout && known.settings === settings && !ask) return known.checkout;
      const memory: Memory = known?.settings === settings ? known : { parsed: new Map(), settings };
      const target = targetOf(source.spec.ref);
      const repository = await open(source, signal);
      const revision = await repository.probe(target, { timeoutMs: parseDuration(source.spec.timeout), signal });
      memories.set(key, memory);
      if (memory.checkout?.revision.text !== revision.text) {
        memory.checkout = await fresh(source, revision, repository, signal);
      }
      return memory.checkout;
    },
    forget: async (key) => {
      memories.delete(key);
      await forgetRepositories(key, git);
    },
  };
}

async function secretData(
  client: KubeClient,
  { spec, metadata }: GitSource,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (!spec.secretRef) return undefined;
  const name = { namespace: metadata.namespace, name: spec.secretRef.name };
  const secret = await client.get(Secret, name, signal);
  if (secret) return secret.data ?? {};
  throw terminal(
    'SecretInvalid',
    `spec.secretRef: there is no Secret ${spec.secretRef.name} in namespace ${metadata.namespace}`,
  );
}
