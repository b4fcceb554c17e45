/**
 * One request. Strings may hold `{ns}`, the namespace of the sequence, and `{uid PATH}`, `{version PATH}`, `{older PATH}` and
 * `{name PATH}`, which each server's earlier answers fill: about the object last seen at that path. `{state PATH}` is its version
 * as lists take it, and `{continue PATH}` where the last page of a collection ended.
 */
export interface Step {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The body is the object last seen at this path, changed by `body` as by a JSON merge patch. */
  readonly basedOn?: string;
  /** The body as it is sent. */
  readonly raw?: string;
  readonly type?: string;
  readonly accept?: string;
}

/** What was asked, for counting. */
export const verbOf = ({ method, path, type = '' }: Step): string => {
  const [, patch] = /^application\/([a-z-]+)/.exec(type) ?? [];
  const subresource = /\/status$/.test(path) ? '/status' : '';
  return `${method}${method === 'PATCH' ? ` ${patch ?? type}` : ''}${subresource}`;
};
