import type { InventoryEntry } from '../api/gitsource.js';
import { type KubeObject, keyOf } from '../api/meta.js';
import { apiVersionOf, type ResourceType } from '../api/resource.js';
import { TransientError } from '../control/errors.js';
import { GIT_KINDS } from '../gitsource/catalog.js';
import { idOf } from '../gitsource/diff.js';
import type { Problem } from '../gitsource/problem.js';
import { ApiError, type KubeClient } from '../kube/client.js';
import { marked, ownerOf, type Wanted } from './source-plan.js';

export const FIELD_MANAGER = 'placet-source';

const PARALLEL = 16;

/** What the server said about a commit before anything of it was written. */
export interface Rehearsal {
  /** Only an edit of the repository helps. */
  readonly problems: readonly Problem[];
  /** May go away by itself: a missing permission or namespace. */
  readonly obstacles: readonly Problem[];
}

const each = async <T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> => {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, queue.length) }, worker));
};

/** Namespaces that exist once the commit is applied: its own, and those a hub gives to every cluster. */
const futureNamespaces = (all: readonly Wanted[]): ReadonlySet<string> =>
  new Set(
    all
      .filter(({ manifest: { type } }) => type.kind === 'Namespace' || type.kind === 'ManagedCluster')
      .map(({ manifest: { object } }) => object.metadata.name),
  );

const isMissingNamespace = ({ status }: ApiError, namespace: string | undefined): boolean =>
  status.details?.kind === 'namespaces' && status.details.name === namespace;

/** Sends everything as a dry run, so that one refused object keeps the whole commit out. */
export async function rehearse(
  client: KubeClient,
  changed: readonly Wanted[],
  context: {
    readonly source: string;
    readonly revision: string;
    readonly all: readonly Wanted[];
    readonly signal: AbortSignal;
  },
): Promise<Rehearsal> {
  const coming = futureNamespaces(context.all);
  const problems: Problem[] = [];
  const obstacles: Problem[] = [];
  await each(changed, async (wanted) => {
    const { type, object, path, position } = wanted.manifest;
    const body = marked(wanted, context.source, context.revision);
    const options = { fieldManager: FIELD_MANAGER, force: true, dryRun: true, signal: context.signal };
    try {
      await client.apply(type, body, options);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { namespace } = object.metadata;
      if (namespace !== undefined && coming.has(namespace) && isMissingNamespace(error, namespace)) return;
      const problem = {
        path,
        ...position,
        message: `${type.kind} ${keyOf(object)}: refused by the hub: ${error.message}`,
      };
      (error.code === 400 || error.code === 422 ? problems : obstacles).push(problem);
    }
  });
  return { problems, obstacles };
}

/** Applies in the given order: objects of one kind side by side, the next kind when all of them are there. */
export async function applyAll(
  client: KubeClient,
  changed: readonly Wanted[],
  context: { readonly source: string; readonly revision: string; readonly signal: AbortSignal },
  applied: (wanted: Wanted, stored: KubeObject) => void,
): Promise<void> {
  const kinds = [...new Set(changed.map(({ manifest }) => manifest.type.kind))];
  for (const kind of kinds) {
    await each(
      changed.filter(({ manifest }) => manifest.type.kind === kind),
      async (wanted) => {
        const body = marked(wanted, context.source, context.revision);
        const options = { fieldManager: FIELD_MANAGER, force: true, signal: context.signal };
        applied(wanted, await client.apply(wanted.manifest.type, body, options));
      },
    );
  }
}

/** Where an object of the inventory lives. A kind this version does not know is left alone: nothing is known about it. */
export const typeOf = ({ group, kind }: InventoryEntry): ResourceType | undefined =>
  GIT_KINDS.find((type) => type.group === group && type.kind === kind);

/** Deletes one object if it is still this source's. Gives false when it is not, or was gone. */
export async function removeObject(
  { reader, writer }: { readonly reader: KubeClient; readonly writer: KubeClient },
  entry: InventoryEntry,
  source: string,
  signal: AbortSignal,
): Promise<boolean> {
  const type = typeOf(entry);
  if (!type) return false;
  const name = { namespace: entry.namespace, name: entry.name };
  const live = await reader.get(type, name, signal);
  if (!live || ownerOf(live) !== source) return false;
  if (live.metadata.deletionTimestamp !== undefined) return true;
  const { uid } = live.metadata;
  await writer
    .delete(type, name, { ...(uid ? { uid } : {}), propagationPolicy: 'Background', signal })
    .catch((error: unknown) => {
      throw new TransientError(`cannot delete ${apiVersionOf(type)} ${idOf(entry)}: ${describe(error)}`, {
        cause: error,
      });
    });
  return true;
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
