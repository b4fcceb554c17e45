/** What walks through a value calls itself for each level: deeper ones are not read. Go reads ten times as deep. */
const MAX_DEPTH = 1_000;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPENING, CLOSING] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/** Why a JSON text is nested too deeply, in the words of Go's parser. */
export function depthFault(text: string): string | undefined {
  if (text.length <= MAX_DEPTH) return undefined;
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) at += code === BACKSLASH ? 1 : 0;
    else if (CLOSING.has(code)) depth -= 1;
    else if (OPENING.has(code)) depth += 1;
    if (depth > MAX_DEPTH) return `invalid character '${text[at]}' exceeded max depth`;
  }
  return undefined;
}
