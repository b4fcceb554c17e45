/** What a commit says about itself. */
export interface Commit {
  readonly sha: string;
  readonly author: string;
  /** RFC 3339. */
  readonly time: string;
  /** The first line. */
  readonly message: string;
}

const printable = (text: string, length: number): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  text.replace(/[\x00-\x1f\x7f-\x9f]/g, '').slice(0, length);

/** From the raw commit object. The committer's time counts: it says when the commit came to be, also after a rebase. */
export function parseCommit(sha: string, content: Buffer): Commit {
  const text = content.toString('utf8');
  const [head = ''] = text.split('\n\n', 1);
  const [message = ''] = text.slice(head.length).trimStart().split('\n', 1);
  const author = /^author (.*?) <[^>]*> /m.exec(head)?.[1] ?? '';
  const seconds = Number(/^committer .*> (\d{1,11}) [+-]\d{4}$/m.exec(head)?.[1] ?? 0);
  const time = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
  return { sha, author: printable(author, 200), time, message: printable(message, 200) };
}
