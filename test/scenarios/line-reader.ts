import { closeSync, existsSync, openSync, readSync } from 'node:fs';

/** A file that grows by whole lines, read further at each look. */
export class LineReader {
  readonly #path: string;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /** The lines that were finished since the last call. */
  read(): string[] {
    const text = Buffer.concat([this.#rest, this.#readOn()]);
    const end = text.lastIndexOf('\n') + 1;
    this.#rest = text.subarray(end);
    return text.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
  }

  #readOn(): Buffer {
    if (!existsSync(this.#path)) return Buffer.alloc(0);
    const file = openSync(this.#path, 'r');
    try {
      const chunks: Buffer[] = [];
      for (;;) {
        const chunk = Buffer.alloc(1 << 16);
        const length = readSync(file, chunk, 0, chunk.length, this.#offset);
        if (length === 0) return Buffer.concat(chunks);
        this.#offset += length;
        chunks.push(chunk.subarray(0, length));
      }
    } finally {
      closeSync(file);
    }
  }
}
