import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { redact } from '../../src/control/redact.js';
import { checkOut } from '../../src/gitsource/checkout.js';
import { credentialsFrom, withCredentialFiles } from '../../src/gitsource/credentials.js';
import { gitConfig, gitEnvironment, sshCommand } from '../../src/gitsource/git-environment.js';
import { explainGit } from '../../src/gitsource/git-errors.js';
import { type GitOptions, openRepository } from '../../src/gitsource/repository.js';
import { parseRepositoryUrl } from '../../src/gitsource/repository-url.js';
import { startGitServer } from './https-server.js';
import { gitOptions, pathWithGit, temporaryDirectory, temporaryRepository } from './temporary-repository.js';

const secret = (entries: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: one}\n';
const MAIN = { kind: 'branch', name: 'main' } as const;
const LOCAL = { addresses: { allowPrivate: true, allowed: [] } };
const conversation = () => ({ timeoutMs: 20_000, signal: new AbortController().signal });

const readFrom = async (url: string, data: Readonly<Record<string, string>> | undefined, options: GitOptions) => {
  const repository = await openRepository(
    'ns/a',
    url,
    (scheme) => credentialsFrom(data && secret(data), scheme),
    options,
  );
  const revision = await repository.probe(MAIN, conversation());
  await repository.fetch(revision, conversation());
  const globs = { include: ['**/*.yaml'], exclude: [] };
  return await checkOut(repository, revision, { ...conversation(), globs, targetNamespace: 'ns', memory: new Map() });
};

const origin = (t: ExecutionContext) => {
  const repository = temporaryRepository(t, { 'one.yaml': NAMESPACE });
  return { root: dirname(repository.directory), path: 'repository/.git' };
};

/** A git in PATH that writes down its arguments and environment, then runs the real one. */
const spiedPath = (t: ExecutionContext) => {
  const log = join(temporaryDirectory(t), 'log');
  const path = pathWithGit(t, `echo "$@" >> ${log}\nenv >> ${log}`);
  return { path, log: () => readFileSync(log, 'utf8') };
};

test('a private https repository is read with user and password, which appear nowhere', async (t) => {
  const password = 'canary-7f3a-password';
  const { root, path } = origin(t);
  const header = `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`;
  const server = await startGitServer(t, root, { authorization: header });
  const spy = spiedPath(t);
  const options = gitOptions(t, { ...LOCAL, path: spy.path });
  const result = await readFrom(`${server.url}/${path}`, { username: 'ada', password, 'ca.crt': server.ca }, options);
  t.is(result.manifests.length, 1);
  t.true(server.authorizations.includes(header));
  t.true(spy.log().includes('ls-remote'));
  t.false(spy.log().includes(password), 'neither arguments nor environment hold the password');
  t.false(spy.log().includes(Buffer.from(`ada:${password}`).toString('base64')));
  t.deepEqual(readdirSync(join(options.directory, 'credentials')), [], 'no file is left behind');
  const wrong = { username: 'ada', password: `${password}-wrong`, 'ca.crt': server.ca };
  const error = await t.throwsAsync(readFrom(`${server.url}/${path}`, wrong, options), {
    name: 'TerminalError',
    message: /the host refused the credentials; check spec\.secretRef/,
  });
  t.false(error?.message.includes('canary'));
  t.is(redact(`x ${password} y ${header}`), 'x *** y Basic ***');
});

test('a private https repository is read with a bearer token, which is not in the arguments', async (t) => {
  const bearerToken = 'canary-51c0-token';
  const { root, path } = origin(t);
  const server = await startGitServer(t, root, { authorization: `Bearer ${bearerToken}` });
  const spy = spiedPath(t);
  const options = gitOptions(t, { ...LOCAL, path: spy.path });
  const result = await readFrom(`${server.url}/${path}`, { bearerToken, 'ca.crt': server.ca }, options);
  t.is(result.manifests.length, 1);
  const lines = spy.log().split('\n');
  t.deepEqual(
    lines.filter((line) => line.includes(bearerToken) && !line.startsWith('GIT_CONFIG_VALUE_0=')),
    [],
  );
});

test('a certificate nobody vouches for is refused, and the message says what to do', async (t) => {
  const { root, path } = origin(t);
  const server = await startGitServer(t, root);
  await t.throwsAsync(readFrom(`${server.url}/${path}`, undefined, gitOptions(t, LOCAL)), {
    name: 'TerminalError',
    message: /ca\.crt of spec\.secretRef/,
  });
  t.deepEqual(server.paths, []);
});

test('a redirect is not followed', async (t) => {
  const { root, path } = origin(t);
  const target = await startGitServer(t, root);
  const server = await startGitServer(t, root, {
    redirectTo: `${target.url}/${path}/info/refs?service=git-upload-pack`,
  });
  const ca = `${server.ca}\n${target.ca}`;
  await t.throwsAsync(readFrom(`${server.url}/${path}`, { 'ca.crt': ca }, gitOptions(t, LOCAL)), {
    name: 'TerminalError',
    message: /redirect/,
  });
  t.deepEqual(target.paths, []);
});

test('the address that was checked is the one connected to, whatever the name resolves to later', async (t) => {
  const { root, path } = origin(t);
  const server = await startGitServer(t, root);
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return asked.length === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
  };
  const options = gitOptions(t, { ...LOCAL, resolve });
  const url = `${server.url}/${path}`;
  const repository = await openRepository('ns/a', url, () => ({ kind: 'none', ca: server.ca }), options);
  await repository.probe(MAIN, conversation());
  await t.throwsAsync(repository.probe(MAIN, conversation()), { name: 'TerminalError', message: /169\.254\.169\.254/ });
  const elsewhere = gitOptions(t, {
    addresses: { allowPrivate: false, allowed: ['127.0.0.2/32'] },
    resolve: async () => ['127.0.0.2'],
  });
  const pinned = await openRepository('ns/a', url, () => ({ kind: 'none', ca: server.ca }), elsewhere);
  await t.throwsAsync(pinned.probe(MAIN, conversation()), { message: /cannot be reached/ });
});

test('the own network is refused before anything is sent', async (t) => {
  const { root, path } = origin(t);
  const server = await startGitServer(t, root);
  await t.throwsAsync(readFrom(`${server.url}/${path}`, { 'ca.crt': server.ca }, gitOptions(t)), {
    name: 'TerminalError',
    message: /localhost resolves to .* loopback .*--allow-private-git/,
  });
  t.deepEqual(server.paths, []);
});

test('a host that hangs is given up after the timeout, and one that fails is tried again', async (t) => {
  const { root, path } = origin(t);
  const hung = await startGitServer(t, root, { hang: true });
  const open = (url: string, ca: string) =>
    openRepository('ns/a', url, () => ({ kind: 'none', ca }), gitOptions(t, LOCAL));
  const repository = await open(`${hung.url}/${path}`, hung.ca);
  await t.throwsAsync(repository.probe(MAIN, { ...conversation(), timeoutMs: 500 }), {
    name: 'TransientError',
    message: /not finished after 0\.5s/,
  });
  const broken = await startGitServer(t, root, { status: 503 });
  const other = await open(`${broken.url}/${path}`, broken.ca);
  await t.throwsAsync(other.probe(MAIN, conversation()), { name: 'TransientError', message: /broke off or failed/ });
  const absent = await startGitServer(t, root, { status: 404 });
  const gone = await open(`${absent.url}/${path}`, absent.ca);
  await t.throwsAsync(gone.probe(MAIN, conversation()), { name: 'TerminalError', message: /there is no repository/ });
});

const SECRETS: readonly (readonly [string, 'https' | 'ssh', Readonly<Record<string, string>> | undefined, RegExp])[] = [
  ['ssh without a Secret', 'ssh', undefined, /ssh needs a Secret/],
  ['ssh without known_hosts', 'ssh', { identity: 'key' }, /known_hosts/],
  ['ssh with empty known_hosts', 'ssh', { identity: 'key', known_hosts: '\n' }, /known_hosts/],
  ['ssh without identity', 'ssh', { known_hosts: 'x' }, /identity/],
  ['https with nothing usable', 'https', { identity: 'key', known_hosts: 'x' }, /username and password/],
  ['https with two credentials', 'https', { password: 'p', bearerToken: 't' }, /not both/],
  ['a password of two lines', 'https', { username: 'a', password: 'p\nq' }, /one line/],
  ['a token with a header inside', 'https', { bearerToken: 'a\r\nX-Evil: 1' }, /one line/],
];

for (const [title, scheme, data, message] of SECRETS) {
  test(`${title} is refused with what to do`, (t) => {
    t.throws(() => credentialsFrom(data && secret(data), scheme), { name: 'TerminalError', message });
  });
}

test('credential files are private and gone afterwards, also after a failure', async (t) => {
  const parent = join(temporaryDirectory(t), 'credentials');
  const seen: string[] = [];
  const failing = withCredentialFiles(
    parent,
    { kind: 'ssh', identity: 'KEY\n', knownHosts: 'host key' },
    async (files) => {
      seen.push(files.identity ?? '');
      t.is(statSync(files.identity ?? '').mode & 0o777, 0o600);
      t.is(statSync(dirname(files.identity ?? '')).mode & 0o777, 0o700);
      throw new Error('killed');
    },
  );
  await t.throwsAsync(failing, { message: 'killed' });
  t.false(existsSync(seen[0] ?? ''));
});

test('ssh is strict, uses only the given key and knows only the given hosts', (t) => {
  const url = parseRepositoryUrl('ssh://git@git.example.com:2222/fleet.git', { allowLocal: false });
  const command = sshCommand({
    url,
    files: { identity: "/p/it's/identity", knownHosts: '/p/known_hosts' },
    addresses: ['93.184.216.34'],
  });
  for (const option of [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'UserKnownHostsFile=/p/known_hosts',
    'GlobalKnownHostsFile=/dev/null',
    'IdentitiesOnly=yes',
    'HostKeyAlias=[git.example.com]:2222',
    'HostName=93.184.216.34',
    'ProxyCommand=none',
    'PermitLocalCommand=no',
  ]) {
    t.true(command.includes(`'${option}'`), option);
  }
  t.true(command.startsWith('ssh -F /dev/null '));
  t.true(command.includes(`'IdentityFile=/p/it'\\''s/identity'`));
});

test('git inherits nothing and is told to trust nothing', (t) => {
  const url = parseRepositoryUrl('https://git.example.com/fleet.git', { allowLocal: false });
  const remote = { url, files: { bearer: 'canary-token' }, addresses: ['93.184.216.34', '2001:db8::1'] };
  const environment = gitEnvironment({ path: '/bin', home: '/h', gitDirectory: '/d' }, remote);
  t.is(environment.GIT_ALLOW_PROTOCOL, 'https');
  t.is(environment.GIT_CONFIG_NOSYSTEM, '1');
  t.is(environment.GIT_CONFIG_GLOBAL, '/dev/null');
  t.is(environment.GIT_TERMINAL_PROMPT, '0');
  t.is(environment.GIT_CONFIG_KEY_0, 'http.https://git.example.com/fleet.git.extraHeader');
  const config = gitConfig(remote);
  for (const entry of [
    'protocol.allow=never',
    'protocol.https.allow=always',
    'http.followRedirects=false',
    'transfer.fsckObjects=true',
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'credential.helper=',
  ]) {
    t.true(config.includes(entry), entry);
  }
  t.true(config.includes('http.curloptResolve=git.example.com:443:93.184.216.34,[2001:db8::1]'));
  t.false(config.join(' ').includes('canary-token'));
  t.deepEqual(
    gitConfig(undefined).filter((entry) => entry.startsWith('protocol.')),
    ['protocol.allow=never'],
  );
});

const SAID: readonly (readonly [string, string, RegExp])[] = [
  [
    'debug1: Server host key: ssh-ed25519 SHA256:abc\r\nNo ED25519 host key is known for x and you have requested strict checking.\r\nHost key verification failed.',
    'TerminalError',
    /known_hosts.*ssh-ed25519 SHA256:abc/,
  ],
  ['fatal: Authentication failed for https://x/', 'TerminalError', /check spec\.secretRef/],
  ['git@x: Permission denied (publickey).', 'TerminalError', /check spec\.secretRef/],
  ['Load key "/p/identity": error in libcrypto\ngit@x: Permission denied (publickey).', 'TerminalError', /private key/],
  ['fatal: unable to access: Could not resolve host: x', 'TransientError', /cannot be resolved/],
  ['ssh: connect to host x port 22: Connection refused', 'TransientError', /cannot be reached/],
  ['fatal: remote error: upload-pack: not our ref 123', 'TransientError', /not in the repository/],
  [
    'error: object 12: missingSpaceBeforeDate: invalid author\nfatal: fsck error in packed object',
    'TerminalError',
    /malformed objects/,
  ],
  ["fatal: transport 'ext' not allowed", 'TerminalError', /not allowed/],
  ['something new', 'TransientError', /git failed: something new/],
];

test('what git says becomes what to do', (t) => {
  for (const [stderr, name, message] of SAID) {
    const error = explainGit(stderr, 'fetching');
    t.is(error.name, name, stderr);
    t.regex(error.message, message);
    t.false(error.message.includes('debug1'));
  }
});
