import test from 'ava';
import { jsonLogger } from '../../src/control/log.js';
import { keepSecret, redact } from '../../src/control/redact.js';

test('registered secrets, URL user-info and Authorization values never reach a log line', (t) => {
  keepSecret('canary-5f2c');
  const lines: string[] = [];
  const log = jsonLogger('debug', { write: (line) => lines.push(line) }).with({ source: 'a canary-5f2c' });
  log.error('fetch failed', {
    url: 'https://me:pw-canary@git.example/x',
    error: new Error('token canary-5f2c refused', { cause: new Error('Authorization: Bearer abc.def-ghi') }),
  });
  const [line = ''] = lines;
  t.notRegex(line, /canary|abc\.def/);
  t.regex(line, /"message":"fetch failed"/);
  t.is(redact('plain text'), 'plain text');
});

test('private keys and JSON web tokens are never printed, registered or not', (t) => {
  const key = '-----BEGIN EC PRIVATE KEY-----\ncanary\n-----END EC PRIVATE KEY-----';
  t.is(redact(`read ${key} from x`), 'read *** from x');
  t.is(redact('cut -----BEGIN PRIVATE KEY-----\ncanary'), 'cut ***');
  t.is(redact('token eyJhbGciOiJFUzI1NiJ9.eyJjYW5hcnkiOjF9.c2ln-YQ refused'), 'token *** refused');
});
