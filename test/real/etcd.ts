/** Compacts as another kube-apiserver of the same etcd would: the key tells this one what is forgotten. */
export async function compactEtcd(url: string): Promise<void> {
  const key = base64('compact_rev_key');
  const read = await call(url, '/v3/kv/range', { key });
  const { header } = await call(url, '/v3/kv/put', { key, value: base64(read.header.revision) });
  await call(url, '/v3/kv/compaction', { revision: header.revision, physical: true });
}

/** Removes every object whose key begins so, as fast as etcd can; kube-apiserver sees each one go. */
export async function forgetInEtcd(url: string, prefix: string): Promise<void> {
  // The range ends before the first key that does not begin so.
  const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  await call(url, '/v3/kv/deleterange', { key: base64(prefix), range_end: base64(end) });
}

interface Response {
  readonly header: { readonly revision: string };
}

async function call(url: string, path: string, body: unknown): Promise<Response> {
  const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`etcd answered ${response.status} to ${path}: ${text}`);
  return JSON.parse(text) as Response; // etcd says so
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
