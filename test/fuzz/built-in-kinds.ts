import fc from 'fast-check';
import { builtIn } from './fuzz-kind.js';
import { type Json, mostly, NAMES, some } from './values.js';

const RBAC = 'rbac.authorization.k8s.io';
const KEY = mostly(fc.constantFrom('k', 'l', 'm.n'), fc.constantFrom('a/b', '..', 'z'.repeat(254)));
const TEXT = fc.constantFrom('x', 'y', '');

const SECRET_DATA = some({
  data: fc.dictionary(KEY, mostly(fc.constantFrom('AQI=', 'eA==', ''), fc.constantFrom('!', 'AQI')), {
    minKeys: 1,
    maxKeys: 2,
  }),
  stringData: fc.dictionary(KEY, TEXT, { minKeys: 1, maxKeys: 2 }),
});
const SECRET_TYPE = mostly(
  fc.constantFrom('Opaque', 'example.com/own'),
  fc.constantFrom('', 'kubernetes.io/tls', 'kubernetes.io/ssh-auth', 'kubernetes.io/service-account-token'),
  20,
);

export const secrets = builtIn('Secret', 'secrets', 'v1', {
  hasStatus: false,
  content: mostly(
    fc.tuple(SECRET_DATA, some({ type: SECRET_TYPE })).map(([data, type]): Json => ({ ...data, ...type })),
    SECRET_DATA.map((data): Json => ({ ...data, immutable: true })),
  ),
  part: SECRET_DATA,
  pointers: ['/data', '/data/k', '/data/none', '/stringData', '/stringData/k', '/type', '/immutable', '/surplus', ''],
  fieldSelectors: ['type=Opaque', 'type!=Opaque'],
  last: {},
});

const MICRO_TIME = mostly(
  fc.constantFrom('2001-01-01T00:00:00.000000Z', '2001-01-01T00:00:01.500000Z'),
  fc.constantFrom('2001-01-01T00:00:00Z', '2001-01-01T02:00:00.1+02:00', 'yesterday'),
  15,
);
const LEASE = some({
  holderIdentity: mostly(fc.constantFrom('one', 'two'), fc.constantFrom<(string | null)[]>('', null), 15),
  leaseDurationSeconds: mostly(fc.constantFrom(15, 60), fc.constantFrom(0, -1), 20),
  acquireTime: MICRO_TIME,
  renewTime: MICRO_TIME,
  leaseTransitions: mostly(fc.constantFrom(0, 1), fc.constant(-1), 20),
}).map((spec): Json => ({ spec }));

export const leases = builtIn('Lease', 'leases', 'coordination.k8s.io/v1', {
  hasStatus: false,
  isMadeByUpdates: true,
  content: LEASE,
  part: LEASE,
  pointers: ['/spec', '/spec/holderIdentity', '/spec/leaseDurationSeconds', '/spec/renewTime', '/spec/surplus', ''],
  last: {},
});

const ACCOUNT = some({
  secrets: fc.uniqueArray(fc.record({ name: NAMES }), { maxLength: 2, selector: ({ name }) => name }),
  imagePullSecrets: fc.uniqueArray(fc.record({ name: NAMES }), { maxLength: 2, selector: ({ name }) => name }),
  automountServiceAccountToken: fc.boolean(),
});

export const serviceAccounts = builtIn('ServiceAccount', 'serviceaccounts', 'v1', {
  hasStatus: false,
  content: ACCOUNT,
  part: ACCOUNT,
  pointers: [
    '/secrets',
    '/secrets/0',
    '/secrets/-',
    '/imagePullSecrets',
    '/automountServiceAccountToken',
    '/surplus',
    '',
  ],
  last: {},
});

const RULE = mostly(
  fc.record(
    {
      verbs: fc.subarray(['get', 'list', '*'], { minLength: 1 }),
      apiGroups: fc.subarray(['', 'apps', '*'], { minLength: 1 }),
      resources: fc.subarray(['pods', 'deployments/scale'], { minLength: 1 }),
      resourceNames: fc.subarray(['a', 'b']),
    },
    { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
  ),
  fc.constantFrom<Json[]>(
    { verbs: [], apiGroups: [''], resources: ['pods'] },
    { verbs: ['get'] },
    { verbs: ['get'], nonResourceURLs: ['/x'] },
  ),
);
const RULES = fc.array(RULE, { minLength: 1, maxLength: 2 }).map((rules): Json => ({ rules }));

export const roles = builtIn('Role', 'roles', `${RBAC}/v1`, {
  hasStatus: false,
  isMadeByUpdates: true,
  content: RULES,
  part: RULES,
  pointers: ['/rules', '/rules/0', '/rules/-', '/rules/0/verbs', '/rules/0/verbs/0', '/surplus', ''],
  last: {},
});

const SUBJECT = mostly(
  fc.oneof(
    fc.record({ kind: fc.constant('ServiceAccount'), name: NAMES, namespace: fc.constant('{ns}') }),
    fc.record(
      { kind: fc.constantFrom('User', 'Group'), name: NAMES, apiGroup: fc.constant(RBAC) },
      { requiredKeys: ['kind', 'name'] },
    ),
  ),
  fc.constantFrom<Json[]>(
    { kind: 'Odd', name: 'a' },
    { kind: 'User', name: '' },
    { kind: 'ServiceAccount', name: 'a', apiGroup: RBAC },
    { kind: 'ServiceAccount', name: 'Bad_Name', namespace: '{ns}' },
  ),
);
const SUBJECTS = some({ subjects: fc.array(SUBJECT, { maxLength: 2 }) });
const ROLE_REF = mostly(
  fc.constant({ apiGroup: RBAC, kind: 'Role', name: 'a' }),
  fc.constantFrom<Json[]>(
    { kind: 'ClusterRole', name: 'b' },
    { apiGroup: RBAC, kind: 'Odd', name: 'a' },
    { apiGroup: 'x', kind: 'Role', name: 'a' },
    { apiGroup: RBAC, kind: 'Role', name: '' },
    {},
  ),
  20,
);

export const roleBindings = builtIn('RoleBinding', 'rolebindings', `${RBAC}/v1`, {
  hasStatus: false,
  isMadeByUpdates: true,
  content: fc.tuple(SUBJECTS, ROLE_REF).map(([subjects, roleRef]): Json => ({ ...subjects, roleRef })),
  part: SUBJECTS,
  pointers: [
    '/subjects',
    '/subjects/0',
    '/subjects/0/name',
    '/subjects/-',
    '/roleRef',
    '/roleRef/name',
    '/surplus',
    '',
  ],
  last: { roleRef: { apiGroup: RBAC, kind: 'Role', name: 'a' } },
});
