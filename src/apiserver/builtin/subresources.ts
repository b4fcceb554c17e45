import type { Unstructured } from '../../api/meta.js';
import { STATUS, type Subresource } from '../kind.js';
import { conflict } from '../status-error.js';
import { specOf, typed } from './model/typed.js';
import { SCALE } from './scale.js';

/** Only the namespace controller's word counts here: which finalizers of the spec are left. */
const FINALIZE: Subresource = {
  name: 'finalize',
  verbs: ['update'],
  merge: (before, sent) => ({ ...before, spec: sent.spec ?? {} }),
};

/** Members of the spec that a subresource of its own may change. */
const specMember = (name: string, member: string): Subresource => ({
  name,
  verbs: ['get', 'patch', 'update'],
  merge: (before, sent) => ({
    ...before,
    spec: { ...typed<object>(before.spec), [member]: specOf<Record<string, unknown>>(sent)[member] ?? [] },
  }),
});

const SUCCESS: Unstructured = {
  apiVersion: 'v1',
  kind: 'Status',
  metadata: { name: '' },
  status: 'Success',
  code: 201,
};

const BINDING: Subresource = {
  name: 'binding',
  type: { group: '', version: 'v1', kind: 'Binding' },
  verbs: ['create'],
  named: true,
  async create(parent, sent, { local }) {
    const kind = local.kindOf('v1', 'Pod');
    const spec = typed<Record<string, unknown>>(parent.spec ?? {});
    const node = typed<{ name?: string } | undefined>(sent.target)?.name;
    if (spec.nodeName) {
      throw conflict(
        { group: '', plural: 'pods/binding', kind: 'Binding' },
        parent.metadata.name,
        `pod ${parent.metadata.name} is already assigned to node "${String(spec.nodeName)}"`,
      );
    }
    if (kind)
      await local.update(kind, { ...parent, spec: { ...spec, nodeName: node } } as Unstructured, {
        fieldManager: 'scheduler',
        subresource: 'binding',
      });
    return SUCCESS;
  },
};

const EVICTION: Subresource = {
  name: 'eviction',
  type: { group: 'policy', version: 'v1', kind: 'Eviction' },
  verbs: ['create'],
  named: true,
  async create(parent, _sent, { local, dryRun }) {
    const kind = local.kindOf('v1', 'Pod');
    const { name, namespace, uid } = parent.metadata;
    if (kind && !dryRun) await local.delete(kind, { name, namespace }, uid === undefined ? {} : { uid });
    return SUCCESS;
  },
};

const SUBRESOURCES: readonly Subresource[] = [
  STATUS,
  SCALE,
  FINALIZE,
  BINDING,
  EVICTION,
  specMember('ephemeralcontainers', 'ephemeralContainers'),
  specMember('resize', 'containers'),
];

export const subresourceOf = (name: string): Subresource | undefined => SUBRESOURCES.find((one) => one.name === name);
