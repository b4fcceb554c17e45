import type { Cache } from './cache.js';

/** Versions of one server grow, however long they are; for a server that counts otherwise any other version is taken for newer. */
export function isNewer(a: string | undefined = '', b: string | undefined = ''): boolean {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) return a.length === b.length ? a > b : a.length > b.length;
  return a !== '' && a !== b;
}

/** Whether the cache is past an answer of the server to ourselves: it has a newer state, or the object has gone since. */
export function isOvertaken(cache: Cache, key: string, answerVersion: string | undefined): boolean {
  const cached = cache.get(key);
  if (cached) return isNewer(cached.metadata.resourceVersion, answerVersion);
  return cache.synced && !isNewer(answerVersion, cache.resourceVersion);
}
