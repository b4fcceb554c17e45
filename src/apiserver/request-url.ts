export interface RequestUrl {
  /** Decoded, and otherwise as it was sent: dots and double slashes are no shorthand for anything. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Undefined when it is none, or badly escaped. What is sent to a proxy names the server, too. */
export function requestUrl(sent: string): RequestUrl | undefined {
  if (!sent.startsWith('/') && !URL.canParse(sent)) return undefined;
  const target = sent.replace(/^[a-z]+:\/\/[^/?]*/i, '');
  const at = target.indexOf('?');
  const [path, query] = at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
  try {
    return { path: decodeURIComponent(path), query: new URLSearchParams(query) };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
