import type { Attributes, Authorizer, User } from '../identity.js';
import { badRequest, forbidden } from '../status-error.js';
import { parseServiceAccount, serviceAccountGroups } from './service-account-user.js';

type Headers = Readonly<Record<string, readonly string[] | undefined>>;
type Asked = NonNullable<Attributes['resource']>;

const EXTRA = 'impersonate-extra-';

/** The user a request acts as: its own, unless it names another and its own may impersonate that one. */
export async function impersonate(user: User, headers: Headers, authorizer: Authorizer): Promise<User> {
  const wanted = wantedUser(headers);
  if (!wanted) return user;
  for (const resource of permissionsFor(wanted)) {
    const { allowed, reason } = await authorizer.authorize({ user, verb: 'impersonate', path: '', resource });
    if (!allowed) throw refused(user, resource, reason);
  }
  return completed(wanted);
}

function wantedUser(headers: Headers): User | undefined {
  const [name = ''] = headers['impersonate-user'] ?? [];
  const groups = headers['impersonate-group'] ?? [];
  const [uid] = headers['impersonate-uid'] ?? [];
  const extra = Object.entries(headers).flatMap(([header, values = []]) =>
    header.startsWith(EXTRA) ? [[decodeURIComponent(header.slice(EXTRA.length)), values] as const] : [],
  );
  if (name === '') {
    if (groups.length === 0 && uid === undefined && extra.length === 0) return undefined;
    throw badRequest('requested groups, a uid or extra values without impersonating a user name');
  }
  return {
    name,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

/** Everything of the wanted user is a resource one must be allowed to impersonate. */
function permissionsFor({ name, groups, uid, extra = {} }: User): Asked[] {
  const account = parseServiceAccount(name);
  const user = account
    ? asked({ plural: 'serviceaccounts', namespace: account.namespace, name: account.name })
    : asked({ plural: 'users', name });
  const authentication = { group: 'authentication.k8s.io', version: 'v1' };
  return [
    user,
    ...groups.map((group) => asked({ plural: 'groups', name: group })),
    ...(uid === undefined ? [] : [asked({ ...authentication, plural: 'uids', name: uid })]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => asked({ ...authentication, plural: 'userextras', subresource: key, name: value })),
    ),
  ];
}

const asked = (resource: Partial<Asked>): Asked => ({
  group: '',
  version: 'v1',
  plural: '',
  subresource: '',
  namespace: '',
  name: '',
  ...resource,
});

function completed({ groups, ...user }: User): User {
  const account = parseServiceAccount(user.name);
  const own = account && groups.length === 0 ? serviceAccountGroups(account.namespace) : groups;
  const isAnonymous = user.name === 'system:anonymous' || own.includes('system:unauthenticated');
  const everyone = isAnonymous ? 'system:unauthenticated' : 'system:authenticated';
  return { ...user, groups: [...new Set([...own, everyone])] };
}

function refused(user: User, { group, plural, subresource, namespace, name }: Asked, reason: string) {
  const what = subresource === '' ? plural : `${plural}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const text = `User "${user.name}" cannot impersonate resource "${what}" in API group "${group}" ${where}`;
  return forbidden({ group, plural: what, kind: plural }, name, reason === '' ? text : `${text}: ${reason}`);
}
