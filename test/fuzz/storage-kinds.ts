import fc from 'fast-check';
import { builtIn, clusterWide, type FuzzKind } from './fuzz-kind.js';
import { type Json, mostly, some } from './values.js';

const SIZE = mostly(fc.constantFrom<(string | number)[]>('1Gi', '1024Mi', '2Gi'), fc.constantFrom('0', '-1', 'x'), 15);
const MODES = fc.array(
  mostly(fc.constantFrom('ReadWriteOnce', 'ReadOnlyMany'), fc.constantFrom('ReadWriteOncePod', 'Odd'), 15),
  { maxLength: 2 },
);
const CLASS = mostly(fc.constantFrom('fast', ''), fc.constant('Bad_'), 15);
const VOLUME_MODE = mostly(fc.constantFrom('Filesystem', 'Block'), fc.constantFrom('Odd', ''), 15);

const CLAIM = some({
  accessModes: MODES,
  resources: some({ requests: some({ storage: SIZE, cpu: fc.constant('1') }) }),
  storageClassName: CLASS,
  volumeMode: VOLUME_MODE,
  volumeName: fc.constantFrom('v', 'w', ''),
  selector: fc.constantFrom<Json[]>({ matchLabels: { a: 'b' } }, { matchLabels: { 'a b': 'c' } }),
  dataSource: fc.constantFrom<Json[]>({ kind: 'PersistentVolumeClaim', name: 'a' }, { kind: 'Odd', name: '' }),
}).map((spec): Json => ({ spec }));

const claims = builtIn('PersistentVolumeClaim', 'persistentvolumeclaims', 'v1', {
  hasStatus: true,
  content: CLAIM.map(
    ({ spec }): Json => ({
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...(spec as Json) }, // as made above
    }),
  ),
  part: CLAIM,
  status: some({
    phase: fc.constantFrom('Pending', 'Bound'),
    accessModes: MODES,
    capacity: some({ storage: SIZE }),
    conditions: fc.constantFrom<Json[][]>([], [{ type: 'Resizing', status: 'True' }]),
  }),
  pointers: ['/spec/accessModes', '/spec/resources', '/spec/volumeName', '/spec/storageClassName', '/spec/surplus', ''],
  last: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
});

const SOURCE = mostly(
  fc.constantFrom<Json[]>({ hostPath: { path: '/x' } }, { nfs: { server: 's', path: '/x' } }),
  fc.constantFrom<Json[]>({}, { hostPath: { path: '' } }, { nfs: {} }, { local: { path: '/x' } }, { csi: {} }),
  10,
);
const VOLUME = some({
  capacity: some({ storage: SIZE }),
  accessModes: MODES,
  persistentVolumeReclaimPolicy: mostly(fc.constantFrom('Retain', 'Delete'), fc.constantFrom('Odd', 'Recycle'), 15),
  storageClassName: CLASS,
  volumeMode: VOLUME_MODE,
  claimRef: some({ namespace: fc.constant('x'), name: fc.constantFrom('a', 'b') }),
  mountOptions: fc.subarray(['ro', 'hard']),
}).map((spec): Json => ({ spec }));

const volumes = clusterWide('PersistentVolume', 'persistentvolumes', 'v1', {
  hasStatus: true,
  content: fc.tuple(SOURCE, VOLUME).map(
    ([source, { spec }]): Json => ({
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...source, ...(spec as Json) }, // as made above
    }),
  ),
  part: VOLUME,
  status: some({ phase: fc.constantFrom('Available', 'Bound'), message: fc.constantFrom('', 'x') }),
  pointers: ['/spec/capacity', '/spec/hostPath/path', '/spec/claimRef', '/spec/accessModes', '/spec/surplus', ''],
  last: { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } },
});

const STORAGE_CLASS = some({
  parameters: fc.dictionary(mostly(fc.constantFrom('a', 'b'), fc.constant(''), 10), fc.constantFrom('x', ''), {
    maxKeys: 2,
  }),
  reclaimPolicy: mostly(fc.constantFrom('Delete', 'Retain'), fc.constantFrom('Odd', ''), 15),
  volumeBindingMode: mostly(fc.constantFrom('Immediate', 'WaitForFirstConsumer'), fc.constant('Odd'), 15),
  allowVolumeExpansion: fc.boolean(),
  mountOptions: fc.subarray(['ro', 'hard']),
  allowedTopologies: fc.constantFrom<Json[][]>(
    [],
    [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] }],
    [{ matchLabelExpressions: [{ key: 'a b', values: [] }] }],
  ),
});

const storageClasses = clusterWide('StorageClass', 'storageclasses', 'storage.k8s.io/v1', {
  hasStatus: false,
  content: fc
    .tuple(mostly(fc.constantFrom('example.com/x', 'y'), fc.constantFrom('', 'a b'), 15), STORAGE_CLASS)
    .map(([provisioner, rest]): Json => ({ provisioner, ...rest })),
  part: STORAGE_CLASS,
  pointers: ['/provisioner', '/parameters', '/parameters/a', '/reclaimPolicy', '/mountOptions', '/surplus', ''],
  last: { provisioner: 'x' },
});

export const STORAGE_KINDS: readonly FuzzKind[] = [claims, volumes, storageClasses];
