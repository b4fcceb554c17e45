import test from 'ava';
import { address, chooseControllers, count, duration, port } from '../../src/cli/arguments.js';
import { listen } from '../../src/cli/listener.js';

const reads = test.macro((t, parse: (text: string) => unknown, text: string, expected: unknown) => {
  t.deepEqual(parse(text), expected);
});
const refuses = test.macro((t, parse: (text: string) => unknown, text: string, message: RegExp) => {
  t.throws(() => parse(text), { message });
});

test('a duration has a unit', reads, duration, '120s', 120_000);
test('a duration may have several units', reads, duration, '1h1m30s', 3_690_000);
test('a duration may have a fraction', reads, duration, '0.5s', 500);
test('a bare number is no duration', refuses, duration, '120', /with a unit/);
test('a duration has nothing else', refuses, duration, '10s x', /with a unit/);
test('an address has host and port', reads, address, '127.0.0.1:8080', { host: '127.0.0.1', port: 8080 });
test('an address without host means all', reads, address, ':8080', { host: '0.0.0.0', port: 8080 });
test('an IPv6 address stands in brackets', reads, address, '[::1]:0', { host: '::1', port: 0 });
test('an address needs a port', refuses, address, 'localhost', /host:port/);
test('a default address gives way to a free port, one that was asked for does not', async (t) => {
  const first = await listen((_, response) => response.end(), address('127.0.0.1:0'));
  const taken = first.url.replace('http://', '');
  const second = await listen((_, response) => response.end(), { ...address(taken), orFree: true });
  t.not(second.url, first.url);
  await t.throwsAsync(
    listen(() => undefined, address(taken)),
    { message: /is taken by another process/ },
  );
  await Promise.all([first.close(), second.close()]);
});

test('a port has an upper limit', refuses, port, '65536', /65535/);
test('a count is at least one', refuses, count, '0', /at least 1/);

const NAMES = ['source', 'placement', 'generator'];
const chooses = test.macro((t, list: string | undefined, expected: string[]) => {
  t.deepEqual([...chooseControllers(list, NAMES)], expected);
});
test('no list means every controller', chooses, undefined, NAMES);
test('names turn on only those', chooses, 'placement,generator', ['placement', 'generator']);
test('a minus turns one off', chooses, '-source', ['placement', 'generator']);
test('* with a minus means all but that one', chooses, '*,-source', ['placement', 'generator']);
test('a minus wins over a name', chooses, 'source,placement,-source', ['placement']);
test('an unknown controller is an error that lists the known ones', (t) => {
  t.throws(() => chooseControllers('placment', NAMES), { message: /"placment".*source, placement, generator/ });
});
