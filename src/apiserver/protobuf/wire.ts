/** One field of a protobuf message: a number for varints and fixed widths, bytes for everything else. */
export interface WireField {
  readonly number: number;
  readonly value: number | Buffer;
}

export class WireError extends Error {
  override readonly name = 'WireError';
}

/** The fields of a message in the order they were written. Throws WireError. */
export function readFields(bytes: Buffer): readonly WireField[] {
  const reader = new Reader(bytes);
  const fields: WireField[] = [];
  while (!reader.done) {
    const tag = reader.varint();
    fields.push({ number: Math.floor(tag / 8), value: reader.value(tag % 8) });
  }
  return fields;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Negative 64-bit numbers come as two's complement; numbers beyond 2^53 lose precision, as in JSON. */
  varint(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) break;
      this.#at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new WireError('a number is cut off');
  }

  value(wireType: number): number | Buffer {
    switch (wireType) {
      case 0:
        return this.varint();
      case 1:
        return this.#take(8).readDoubleLE();
      case 2:
        return this.#take(this.varint());
      case 5:
        return this.#take(4).readFloatLE();
      default:
        throw new WireError(`wire type ${wireType} is unknown`);
    }
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw new WireError('a field is cut off');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
