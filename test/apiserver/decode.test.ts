import test from 'ava';
import fc from 'fast-check';
import { jsonFault } from '../../src/apimachinery/json-fault.js';
import { duplicateFields } from '../../src/apiserver/body/duplicate-fields.js';
import { humanDuration } from '../../src/apiserver/forms/table.js';
import { decodeProtobuf } from '../../src/apiserver/protobuf/decode.js';
import { WireError } from '../../src/apiserver/protobuf/wire.js';

test('JSON without doubled members has none, however it is written', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t'), fc.boolean(), (value, indent, escaped) => {
      const plain = JSON.stringify(value, null, indent);
      const text = escaped
        ? plain.replace(/[<>&/]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
        : plain;
      t.deepEqual(duplicateFields(text, JSON.parse(text)), []);
    }),
  );
});

test('where a text ceases to be JSON is told of any text that is none, and no character before it is at fault', (t) => {
  const spoilt = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', 'x', '"', '}', ']', ',', ':', '-', '\\', '\n', '.', 'e', '0'))
    .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put);
  fc.assert(
    fc.property(spoilt, (text) => {
      if (isJson(text)) return;
      const [, character = ''] = /^invalid character '(.+?)' /.exec(jsonFault(Buffer.from(text))) ?? [];
      // What is cut off by the character that was put there, or by the end, is at fault there.
      t.true(
        character === ''
          ? jsonFault(Buffer.from(text)) === 'unexpected end of JSON input'
          : ' '.includes(character) || text.endsWith(plain(character)),
      );
    }),
  );
});

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const plain = (character: string): string => character.replace('\\n', '\n').replace('\\\\', '\\');

const finds = test.macro((t, text: string, ...paths: string[]) => {
  t.deepEqual(
    duplicateFields(text, JSON.parse(text))
      .map(({ path }) => path)
      .sort(),
    paths,
  );
});

test('a doubled member is found at the top', finds, '{"a":1,"a":2}', 'a');
test('a doubled member is found in depth', finds, '{"a":[{"b":1},{"b":1 , "b":{"c":1,"c":1}}]}', 'a[1].b', 'a[1].b.c');
test('a member doubled by an escape is found', finds, '{"ab":1,"\\u0061b":2}', 'ab');
test('braces and quotes in texts mean nothing', finds, '{"a":"}{\\"a\\":","b":"a","c":"\\\\"}');

test('however many members are there twice, each is told with the line of its last occurrence', (t) => {
  const members = Array.from({ length: 100_000 }, (_, at) => `"a${at % 50_000}":${at}`);
  const text = `{${members.join(',\n')}}`;
  const found = duplicateFields(text, JSON.parse(text));
  t.is(found.length, 50_000);
  t.deepEqual(found.at(0), { path: 'a0', name: 'a0', line: 50_001 });
  t.deepEqual(found.at(-1), { path: 'a49999', name: 'a49999', line: 100_000 });
});

const SAMPLE = Buffer.from('azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhMKBwoFCgFhEgASCAoBeBIDMSwyGgAiAA==', 'base64');

test('a time nobody can write is refused', (t) => {
  const field = (number: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
  const never = Buffer.concat([Buffer.from([8]), Buffer.from('ffffffffffffff7f', 'hex')]);
  const type = Buffer.concat([field(1, Buffer.from('v1')), field(2, Buffer.from('ConfigMap'))]);
  const object = field(1, field(8, never));
  const bytes = Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, object)]);
  t.throws(() => decodeProtobuf(bytes), { instanceOf: WireError, message: 'a time is out of range' });
});

test('bytes that are no protobuf are refused, never anything worse', (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.tuple(fc.nat(SAMPLE.length - 1), fc.nat(255)).map(([at, byte]) => {
      const changed = Buffer.from(SAMPLE);
      changed[at] = byte;
      return changed;
    }),
    fc.nat(SAMPLE.length).map((length) => SAMPLE.subarray(0, length)),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      try {
        t.is(typeof decodeProtobuf(Buffer.from(input)), 'object');
      } catch (error) {
        t.true(error instanceof WireError || error instanceof SyntaxError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

const reads = test.macro((t, seconds: number, text: string) => t.is(humanDuration(seconds), text));

for (const [seconds, text] of [
  [-5, '<invalid>'],
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [150, '2m30s'],
  [600, '10m'],
  [10_799, '179m'],
  [10_800, '3h'],
  [11_700, '3h15m'],
  [86_400, '24h'],
  [172_800, '2d'],
  [180_000, '2d2h'],
  [700_000, '8d'],
  [63_072_000, '2y'],
  [66_000_000, '2y33d'],
] as const) {
  test(`${seconds} seconds read ${text}`, reads, seconds, text);
}
