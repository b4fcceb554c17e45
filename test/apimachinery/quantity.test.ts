import test from 'ava';
import fc from 'fast-check';
import {
  formatDurationNanos,
  humanDuration,
  parseDuration,
  parseDurationNanos,
} from '../../src/apimachinery/duration.js';
import { parseQuantity, quantityOrUndefined } from '../../src/apimachinery/quantity.js';

const canonical = test.macro({
  exec(t, text: string, expected: string, value: bigint, milli: bigint) {
    const quantity = parseQuantity(text);
    t.is(quantity.toString(), expected);
    t.is(quantity.value(), value);
    t.is(quantity.milliValue(), milli);
  },
  title: (_, text) => `the quantity ${text} reads and prints as in Kubernetes`,
});

test(canonical, '0', '0', 0n, 0n);
test(canonical, '0.0Mi', '0', 0n, 0n);
test(canonical, '.', '0', 0n, 0n);
test(canonical, '1', '1', 1n, 1000n);
test(canonical, '+1', '1', 1n, 1000n);
test(canonical, '-1', '-1', -1n, -1000n);
test(canonical, '1000', '1k', 1000n, 1_000_000n);
test(canonical, '0.5', '500m', 1n, 500n);
test(canonical, '-0.5', '-500m', -1n, -500n);
test(canonical, '.5', '500m', 1n, 500n);
test(canonical, '5.', '5', 5n, 5000n);
test(canonical, '1500m', '1500m', 2n, 1500n);
test(canonical, '2000m', '2', 2n, 2000n);
test(canonical, '100u', '100u', 1n, 1n);
test(canonical, '1n', '1n', 1n, 1n);
test(canonical, '0.1n', '1n', 1n, 1n);
test(canonical, '1Ki', '1Ki', 1024n, 1_024_000n);
test(canonical, '1024Ki', '1Mi', 1_048_576n, 1_048_576_000n);
test(canonical, '1.5Gi', '1536Mi', 1_610_612_736n, 1_610_612_736_000n);
test(canonical, '0.5Ki', '512', 512n, 512_000n);
test(canonical, '0.1Ki', '102400m', 103n, 102_400n);
test(canonical, '1023Ki', '1023Ki', 1_047_552n, 1_047_552_000n);
test(canonical, '1E', '1E', 10n ** 18n, 10n ** 21n);
test(canonical, '1e3', '1e3', 1000n, 1_000_000n);
test(canonical, '1E3', '1e3', 1000n, 1_000_000n);
test(canonical, '12e-1', '1200e-3', 2n, 1200n);
test(canonical, '64G', '64G', 64n * 10n ** 9n, 64n * 10n ** 12n);
test(canonical, '9999Ei', '9223372036854775807', 2n ** 63n - 1n, (2n ** 63n - 1n) * 1000n);

const refused = test.macro({
  exec(t, text: string, message: string | RegExp) {
    t.throws(() => parseQuantity(text), { name: 'QuantityError', message });
    t.is(quantityOrUndefined(text), undefined);
  },
  title: (_, text) => `${JSON.stringify(text)} is not a quantity`,
});

test(refused, '', /^quantities must match the regular expression/);
test(refused, '1 Gi', /^quantities must match/);
test(refused, '1.2.3', /^quantities must match/);
test(refused, '--1', "unable to parse quantity's suffix");
test(refused, '1i', "unable to parse quantity's suffix");
test(refused, '1e', "unable to parse quantity's suffix");
test(refused, '1mi', "unable to parse quantity's suffix");

const anyQuantity = fc
  .tuple(
    fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e2', 'e-3'),
  )
  .map(([number, suffix]) => `${number}${suffix}`);

test('a quantity survives being printed and read again', (t) => {
  fc.assert(
    fc.property(anyQuantity, (text) => {
      const quantity = parseQuantity(text);
      const again = parseQuantity(quantity.toString());
      t.true(again.equals(quantity), `${text} → ${quantity} → ${again}`);
      t.is(again.toString(), quantity.toString());
    }),
  );
});

test('adding and subtracting are exact and undo each other', (t) => {
  fc.assert(
    fc.property(anyQuantity, anyQuantity, (first, second) => {
      const [a, b] = [parseQuantity(first), parseQuantity(second)];
      t.is(a.add(b).sub(b).compare(a), 0);
      t.is(a.compare(b), a.sub(b).sign());
    }),
  );
});

test('a sum keeps the format of its first part unless that is zero', (t) => {
  t.is(parseQuantity('1Gi').add(parseQuantity('1024')).toString(), '1048577Ki');
  t.is(parseQuantity('0').add(parseQuantity('1Gi')).toString(), '1Gi');
});

test('durations read and print as in Go', (t) => {
  const rows: readonly [string, bigint, string][] = [
    ['0', 0n, '0s'],
    ['1h30m', 5_400_000_000_000n, '1h30m0s'],
    ['1.5h', 5_400_000_000_000n, '1h30m0s'],
    ['-90s', -90_000_000_000n, '-1m30s'],
    ['300ms', 300_000_000n, '300ms'],
    ['1.5µs', 1500n, '1.5µs'],
    ['1m0.25s', 60_250_000_000n, '1m0.25s'],
    ['7ns', 7n, '7ns'],
  ];
  for (const [text, nanos, printed] of rows) {
    t.is(parseDurationNanos(text), nanos, text);
    t.is(formatDurationNanos(nanos), printed, text);
  }
  t.is(parseDuration('1.5s'), 1500);
  t.throws(() => parseDuration('5'), { message: 'time: missing unit in duration "5"' });
  t.throws(() => parseDuration('5d'), { message: 'time: unknown unit "d" in duration "5d"' });
  t.throws(() => parseDuration(''), { message: 'time: invalid duration ""' });
  t.throws(() => parseDuration('x'), { message: 'time: invalid duration "x"' });
});

test('ages print as in kubectl', (t) => {
  const second = 1000;
  const [minute, hour, day] = [60 * second, 3600 * second, 86_400 * second];
  const rows: readonly [number, string][] = [
    [-5 * second, '<invalid>'],
    [0, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [9 * minute + 5 * second, '9m5s'],
    [10 * minute, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 59 * minute, '7h59m'],
    [47 * hour, '47h'],
    [2 * day, '2d'],
    [7 * day + 23 * hour, '7d23h'],
    [8 * day, '8d'],
    [729 * day, '729d'],
    [730 * day, '2y'],
    [3 * 365 * day + 5 * day, '3y5d'],
    [9 * 365 * day, '9y'],
  ];
  for (const [ms, expected] of rows) t.is(humanDuration(ms), expected);
});
