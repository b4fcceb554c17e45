import test from 'ava';
import { TerminalError } from '../../src/control/errors.js';
import { addressRule, permittedAddresses } from '../../src/gitsource/address.js';
import { gitTooOld } from '../../src/gitsource/git-version.js';
import { refNameProblem, targetOf } from '../../src/gitsource/ref.js';
import { parseRepositoryUrl } from '../../src/gitsource/repository-url.js';
import { highestTag, parseRange, parseVersion } from '../../src/gitsource/semver.js';

const HOSTILE_URLS = [
  '',
  ' ',
  'ext::sh -c whoami',
  'ext::sh%20-c%20whoami',
  'EXT::sh -c whoami',
  'fd::17',
  'http://example.com/a.git',
  'HTTP://example.com/a.git',
  'HTTPS://example.com/a.git',
  'git://example.com/a.git',
  'ftp://example.com/a.git',
  'rsync://example.com/a',
  'git+ssh://example.com/a',
  'ssh+git://example.com/a',
  'svn+ssh://example.com/a',
  'file:///etc/passwd/../shadow',
  'file://host/share/a.git',
  'file:relative',
  '/srv/git/a.git',
  './a.git',
  '../a.git',
  '-oProxyCommand=whoami',
  '--upload-pack=whoami',
  'https://user:hunter2@example.com/a.git',
  'https://token@example.com/a.git',
  'https://@example.com:hunter2@evil.example/a',
  'ssh://git:hunter2@example.com/a.git',
  'ssh://-oProxyCommand=whoami/a',
  'ssh://-oProxyCommand=whoami@example.com/a',
  'ssh://git@-oProxyCommand=whoami/a',
  'ssh://example.com',
  'https://example.com',
  'https://example.com/',
  'https:///a.git',
  'https://exa mple.com/a.git',
  'https://example.com/a.git\n--upload-pack=x',
  'https://example.com/a.git\r\nHost: evil',
  'https://example.com/a.git\0',
  'https://example.com/a%00.git',
  'https://example.com/a%0a.git',
  'https://example.com/a%0D%0Ab',
  'https://example.com/a%5c..',
  'https://example.com\\@evil.example/a',
  'https://example.com/../a.git',
  'https://example.com/a/../../b.git',
  'https://example.com/%2e%2e/a.git',
  'https://example.com/a/%2E%2e/b',
  'https://example.com//a.git',
  'https://example.com/a.git?service=x',
  'https://example.com/a.git#fragment',
  'https://example.com:99999/a.git',
  'https://example.com:0x50/a.git',
  'https://exämple.com/a.git',
  'https://example.com/ä.git',
  'https://example.com/`whoami`.git',
  'https://example.com/$(whoami).git',
  'https://example.com/a;whoami',
  'https://example.com/a|whoami',
  'https://example.com/"a"',
  "https://example.com/'a'",
  'https://-example.com/a.git',
  'https://example..com/a.git',
  'https://[::1/a.git',
  'https://%31%32%37.0.0.1%2f/a',
  'git@example.com:-oProxyCommand=whoami',
  'git@example.com::a',
  '-git@example.com:a.git',
  'git@-example.com:a.git',
  'git@example.com:../a.git',
  'git@example.com:a`b`.git',
  'user@host',
  `https://example.com/${'a'.repeat(2048)}`,
  'javascript://example.com/%0aalert(1)',
  'https://example.com/a%zz',
];

test('hostile URLs are refused, without repeating what may be a password', (t) => {
  for (const url of HOSTILE_URLS) {
    const error = t.throws(() => parseRepositoryUrl(url, { allowLocal: true }), { instanceOf: TerminalError }, url);
    t.false(error?.message.includes('hunter2'), url);
    t.true(error?.message.startsWith('spec.url: '), url);
  }
});

const URLS: readonly (readonly [string, string, string, string])[] = [
  ['https://example.com/team/fleet.git', 'https://example.com/team/fleet.git', 'example.com', '443'],
  ['https://git.example.com:8443/fleet', 'https://git.example.com:8443/fleet', 'git.example.com', '8443'],
  ['https://Example.COM/Team/Fleet', 'https://example.com/Team/Fleet', 'example.com', '443'],
  ['https://[2001:db8::1]/fleet.git', 'https://[2001:db8::1]/fleet.git', '2001:db8::1', '443'],
  ['https://2130706433/fleet.git', 'https://127.0.0.1/fleet.git', '127.0.0.1', '443'],
  ['https://0x7f.1/fleet.git', 'https://127.0.0.1/fleet.git', '127.0.0.1', '443'],
  ['ssh://git@example.com/team/fleet.git', 'ssh://git@example.com:22/team/fleet.git', 'example.com', '22'],
  ['ssh://example.com:2222/~ada/fleet', 'ssh://git@example.com:2222/~ada/fleet', 'example.com', '2222'],
  ['git@example.com:team/fleet.git', 'git@example.com:team/fleet.git', 'example.com', '22'],
  ['file:///srv/git/fleet.git', 'file:///srv/git/fleet.git', '', ''],
];

test('git gets the URL as it was understood, not as it was written', (t) => {
  for (const [written, text, host, port] of URLS) {
    const url = parseRepositoryUrl(written, { allowLocal: true });
    t.deepEqual([url.text, url.host, url.port], [text, host, port]);
  }
});

test('file:// is refused unless it was allowed, and the message says how', (t) => {
  t.throws(() => parseRepositoryUrl('file:///srv/fleet.git', { allowLocal: false }), { message: /--allow-local-git/ });
});

const HOSTILE_REFS = [
  '',
  '-',
  '--upload-pack=x',
  '-b',
  'a b',
  'a\tb',
  'a\nb',
  'a\0b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  '..',
  'a..b',
  'a@{1}',
  '@',
  '/a',
  'a/',
  'a//b',
  '.a',
  'a/.b',
  'a.',
  'a.lock',
  'a.lock/b',
  'refs/heads/main',
  'a\x7f',
  '+main',
  'a'.repeat(256),
  'e\u0301',
];

test('hostile branch and tag names are refused', (t) => {
  // "+main" is a legal branch; it is harmless because refspecs are built from commit ids.
  for (const ref of HOSTILE_REFS.filter((name) => name !== '+main')) t.truthy(refNameProblem(ref), JSON.stringify(ref));
  for (const ref of ['main', 'release/1.2', 'v1.0.0', 'feature-#1', 'ä', 'a@b'])
    t.is(refNameProblem(ref), undefined, ref);
});

test('a commit is followed only by its full id', (t) => {
  const sha = 'a'.repeat(40);
  t.deepEqual(targetOf({ commit: sha }), { kind: 'commit', sha });
  for (const commit of ['HEAD', 'a'.repeat(39), 'A'.repeat(40), `${sha}\n`, `-${sha.slice(1)}`, 'main']) {
    t.throws(() => targetOf({ commit }), { message: /spec\.ref\.commit/ }, commit);
  }
  t.throws(() => targetOf({ branch: 'main', tag: 'v1' }), { message: /exactly one/ });
  t.throws(() => targetOf({}), { message: /exactly one/ });
});

const RANGES: readonly (readonly [string, string | undefined])[] = [
  ['*', 'v2.1.0'],
  ['1.x', '1.10.0'],
  ['^1.2.0', '1.10.0'],
  ['~1.2.0', '1.2.9'],
  ['>=1.0.0 <1.2.0', '1.0.0'],
  ['>= 1.0.0, < 1.2.0', '1.0.0'],
  ['1.2.0 - 1.2.9', '1.2.9'],
  ['<1.0.0 || >=2.0.0', 'v2.1.0'],
  ['>2.1.0', undefined],
  ['2.2.0-rc.1', '2.2.0-rc.1'],
  ['>=2.2.0-rc.0', '2.2.0-rc.2'],
  ['^0.3.1', '0.3.5'],
  ['<=1.2', '1.2.9'],
];

test('a version range picks the highest tag inside it', (t) => {
  const tags = [
    '1.0.0',
    '1.2.0',
    '1.2.9',
    '1.10.0',
    'v2.0.0',
    'v2.1.0',
    '2.2.0-rc.1',
    '2.2.0-rc.2',
    '0.3.5',
    '0.4.0',
    'latest',
    '1.2',
  ];
  for (const [range, expected] of RANGES) t.is(highestTag(tags, range), expected, range);
  for (const range of ['abc', '1.2.3.4', '>=', '1.2.3-', '$(x)']) {
    t.throws(() => parseRange(range), { message: /spec\.ref\.semver/ }, range);
  }
  t.is(parseVersion('1.2'), undefined);
});

const REFUSED_ADDRESSES = [
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '64:ff9b::10.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '::127.0.0.1',
  '2002:7f00:1::',
];

test('addresses inside the network of the hub are refused, however they are written', (t) => {
  const rule = addressRule({ allowPrivate: false, allowed: [] });
  for (const address of REFUSED_ADDRESSES) t.truthy(rule(address), address);
  for (const address of ['1.1.1.1', '140.82.121.3', '172.32.0.1', '2606:50c0::1', '64:ff9b::1.1.1.1']) {
    t.is(rule(address), undefined, address);
  }
});

test('private networks can be allowed, metadata addresses only by naming them', (t) => {
  const open = addressRule({ allowPrivate: true, allowed: [] });
  t.is(open('10.1.2.3'), undefined);
  t.is(open('127.0.0.1'), undefined);
  t.truthy(open('169.254.169.254'));
  t.truthy(open('::ffff:169.254.169.254'));
  const narrow = addressRule({ allowPrivate: false, allowed: ['10.1.0.0/16', 'fd12::/16'] });
  t.is(narrow('10.1.2.3'), undefined);
  t.is(narrow('::ffff:10.1.2.3'), undefined);
  t.truthy(narrow('10.2.0.1'));
  t.is(narrow('fd12::1'), undefined);
  t.throws(() => addressRule({ allowPrivate: false, allowed: ['10.0.0.0/99'] }), { message: /CIDR/ });
});

test('a host is refused when one of its addresses is, since the next answer may be that one', async (t) => {
  const rule = addressRule({ allowPrivate: false, allowed: [] });
  const resolve = async () => ['93.184.216.34', '169.254.169.254'];
  await t.throwsAsync(permittedAddresses('rebind.example', rule, resolve), {
    message: /169\.254\.169\.254.*--allow-private-git/,
  });
  const absent = async () => Promise.reject(new Error('ENOTFOUND'));
  await t.throwsAsync(permittedAddresses('absent.example', rule, absent), {
    name: 'TransientError',
    message: /cannot be resolved/,
  });
});

test('a git that cannot pin addresses is refused for https with both versions named', (t) => {
  t.is(gitTooOld('git version 2.39.5', 'https'), undefined);
  t.is(gitTooOld('git version 3.0.0 (Apple Git-1)', 'https'), undefined);
  t.regex(gitTooOld('git version 2.34.1', 'https') ?? '', /2\.37.*2\.34\.1/);
  t.is(gitTooOld('git version 2.34.1', 'file'), undefined);
  t.truthy(gitTooOld('nonsense', 'file'));
});
