/** How much of the warnings clients get, in characters: above all of it each is cut, and the rest is left out. */
const MAX_ALL = 4096;
const MAX_EACH = 256;

/** What an answer warns of as its `Warning` headers: each text once, in an amount that clients read of headers. */
export function warningHeaders(texts: readonly string[]): readonly string[] {
  // One with control characters is not sent.
  const all = [...new Set(texts)].filter((text) => !/\p{Cc}/u.test(text)).map((text) => [...text]);
  if (lengthOf(all) <= MAX_ALL) return all.map(header);
  const shown: Characters[] = [];
  for (const text of all) {
    if (lengthOf(shown) >= MAX_ALL) break;
    shown.push(text.slice(0, MAX_EACH));
  }
  return shown.map(header);
}

type Characters = readonly string[];

const lengthOf = (texts: readonly Characters[]): number => texts.reduce((sum, { length }) => sum + length, 0);

/** Travels as UTF-8, of which Node takes each byte for a character. */
const header = (text: Characters): string => {
  const quoted = text.join('').replace(/[\\"]/g, '\\$&');
  return `299 - "${Buffer.from(quoted).toString('latin1')}"`;
};
