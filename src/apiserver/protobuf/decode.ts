import { type JsonObject, setMember } from '../../apimachinery/json.js';
import { type Message, messageOf, modelOf } from './messages.js';
import { readFields, WireError } from './wire.js';

const MAGIC = Buffer.from('k8s\0');

/** The JSON of a built-in object that came in Kubernetes' protobuf encoding. Throws WireError. */
export function decodeProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, 4).equals(MAGIC)) throw new WireError('it does not begin with k8s\\0');
  const envelope = bytesByNumber(bytes.subarray(4));
  const type = bytesByNumber(envelope.get(1) ?? Buffer.alloc(0));
  const apiVersion = type.get(1)?.toString() ?? '';
  const kind = type.get(2)?.toString() ?? '';
  const message = messageOf(modelOf(apiVersion, kind) ?? '');
  if (!message) throw new WireError(`${kind} of ${apiVersion} is not read in this encoding, send JSON`);
  return { apiVersion, kind, ...decodeMessage(message, envelope.get(2) ?? Buffer.alloc(0)) };
}

const bytesByNumber = (bytes: Buffer): ReadonlyMap<number, Buffer> =>
  new Map(readFields(bytes).flatMap(({ number, value }) => (Buffer.isBuffer(value) ? [[number, value] as const] : [])));

function decodeMessage(message: Message, bytes: Buffer): JsonObject {
  const object: JsonObject = {};
  for (const { number, value } of readFields(bytes)) {
    const inlined = message.inlined.get(number);
    if (inlined && Buffer.isBuffer(value)) Object.assign(object, decodeMessage(inlined, value));
    const field = message.fields.get(number);
    if (field) addMember(object, field.name, field.code, field.keepsZero, value);
  }
  return object;
}

function addMember(object: JsonObject, name: string, code: string, keepsZero: boolean, value: number | Buffer): void {
  const before = object[name];
  if (code.startsWith('[')) {
    object[name] = [...(Array.isArray(before) ? before : []), decodeValue(code.slice(1), value)];
  } else if (code.startsWith('{')) {
    const [key, item] = decodeEntry(code.slice(1), bytesOf(value));
    const map = (before ?? {}) as JsonObject; // made here, by the entry before
    setMember(map, key, item);
    object[name] = map;
  } else {
    const decoded = decodeValue(code, value);
    if (decoded !== undefined && (keepsZero || !isZero(decoded))) object[name] = decoded;
  }
}

const isZero = (value: unknown): boolean => value === '' || value === 0 || value === false;

function decodeEntry(code: string, bytes: Buffer): [string, unknown] {
  let key = '';
  let item: number | Buffer = Buffer.alloc(0);
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) key = value.toString();
    else item = value;
  }
  // A list as the value of a map is a message around the list.
  return [
    key,
    code.startsWith('[')
      ? readFields(bytesOf(item)).map(({ value }) => decodeValue(code.slice(1), value))
      : decodeValue(code, item),
  ];
}

function bytesOf(value: number | Buffer): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new WireError('a number stands where text or a message should');
}

function decodeValue(code: string, value: number | Buffer): unknown {
  switch (code) {
    case 's':
      return bytesOf(value).toString();
    case 'y':
      return bytesOf(value).toString('base64');
    case 'b':
      return value !== 0;
    case 'i':
    case 'l':
    case 'n':
      return Buffer.isBuffer(value) ? undefined : value;
    case 't':
      return decodeTime(bytesOf(value), 0);
    case 'm':
      return decodeTime(bytesOf(value), 6);
    case 'x':
      return decodeIntOrString(bytesOf(value));
    case 'q':
      return bytesByNumber(bytesOf(value)).get(1)?.toString() ?? '0';
    case 'a':
      return decodeRaw(bytesOf(value));
    default: {
      const message = messageOf(code);
      if (!message) throw new WireError(`${code} is not read in this encoding, send JSON`);
      return decodeMessage(message, bytesOf(value));
    }
  }
}

/** Undefined for Go's zero time, which is an empty message. */
function decodeTime(bytes: Buffer, digits: number): string | undefined {
  const fields = new Map(readFields(bytes).map(({ number, value }) => [number, Number(value)]));
  const seconds = fields.get(1);
  if (seconds === undefined) return undefined;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new WireError('a time is out of range');
  const whole = date.toISOString().slice(0, 19);
  if (digits === 0) return `${whole}Z`;
  const nanos = String(fields.get(2) ?? 0).padStart(9, '0');
  return `${whole}.${nanos.slice(0, digits)}Z`;
}

function decodeIntOrString(bytes: Buffer): number | string {
  const fields = new Map(readFields(bytes).map(({ number, value }) => [number, value]));
  return fields.get(1) === 1 ? String(fields.get(3) ?? '') : Number(fields.get(2) ?? 0);
}

/** JSON carried as bytes: managed fields, embedded objects. */
function decodeRaw(bytes: Buffer): unknown {
  const raw = bytesByNumber(bytes).get(1);
  return raw && raw.length > 0 ? (JSON.parse(raw.toString()) as unknown) : undefined;
}
