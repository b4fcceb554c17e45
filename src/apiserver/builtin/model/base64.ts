const DIGIT = /[A-Za-z0-9+/]/;
const QUANTUM = 4;

/** Where Go's decoder finds fault with base64 text; undefined when it does not. Line breaks do not count. */
export function base64Fault(text: string): number | undefined {
  const characters = [...text]
    .map((character, at) => ({ character, at }))
    .filter(({ character }) => !/[\r\n]/.test(character));
  for (let start = 0; start < characters.length; start += QUANTUM) {
    const quantum = characters.slice(start, start + QUANTUM);
    const odd = quantum.findIndex(({ character }) => !DIGIT.test(character));
    if (odd < 0 && quantum.length === QUANTUM) continue;
    if (odd < 0) return text.length - quantum.length;
    return paddingFault(text, quantum, odd, characters[start + QUANTUM]?.at);
  }
  return undefined;
}

interface Placed {
  readonly character: string;
  readonly at: number;
}

/** `odd` is the first of the four that is no digit: fine when only padding follows. */
function paddingFault(
  text: string,
  quantum: readonly Placed[],
  odd: number,
  next: number | undefined,
): number | undefined {
  const first = quantum[odd];
  if (first?.character !== '=' || odd < 2) return first?.at;
  if (odd === 3) return next;
  const second = quantum[3];
  if (!second) return text.length;
  return second.character === '=' ? next : second.at;
}
