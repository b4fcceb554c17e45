import { transient } from './failure.js';

/** The answer of `git cat-file --batch`: object id → content. */
export function parseBatch(output: Buffer): Map<string, Buffer> {
  const objects = new Map<string, Buffer>();
  let offset = 0;
  while (offset < output.length) {
    const end = output.indexOf(10, offset);
    const [oid = '', type = '', size = ''] = output.toString('latin1', offset, end).split(' ');
    const start = end + 1;
    const bytes = Number(size);
    if (end < 0 || type === 'missing' || !Number.isInteger(bytes) || start + bytes > output.length) {
      throw transient('GitFailed', `reading the repository: object ${oid || '?'} is missing or cut off`);
    }
    objects.set(oid, output.subarray(start, start + bytes));
    offset = start + bytes + 1;
  }
  return objects;
}
