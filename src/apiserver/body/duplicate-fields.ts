/** A member an object has more than once, and the line of its last occurrence. */
export interface Duplicate {
  readonly path: string;
  readonly name: string;
  readonly line: number;
}

/**
 * The object members a JSON text has more than once. `value` is the text parsed: text without duplicates that was
 * written without spaces is exactly as long as `value` written again, which spares reading it once more.
 */
export function duplicateFields(text: string, value: unknown): readonly Duplicate[] {
  const trimmed = text.trimEnd();
  return trimmed.length === JSON.stringify(value).length ? [] : new Scan(trimmed).duplicates();
}

/** Reads valid JSON for member names only. */
class Scan {
  readonly #text: string;
  readonly #found = new Map<string, Duplicate>();
  #at = 0;
  /** The line of a position, and that position: lines are counted once, however many members are there twice. */
  #counted = { line: 1, at: 0 };

  constructor(text: string) {
    this.#text = text;
  }

  duplicates(): readonly Duplicate[] {
    this.#value('');
    return [...this.#found.values()];
  }

  #value(path: string): void {
    this.#space();
    const first = this.#text[this.#at];
    if (first === '{') this.#object(path);
    else if (first === '[') this.#array(path);
    else if (first === '"') this.#string();
    else while (this.#at < this.#text.length && !',]}'.includes(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #object(path: string): void {
    const names = new Set<string>();
    this.#at += 1;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === '}' || this.#at >= this.#text.length) break;
      const name = this.#string();
      const member = path === '' ? name : `${path}.${name}`;
      if (names.has(name)) this.#found.set(member, { path: member, name, line: this.#line() });
      names.add(name);
      this.#space();
      this.#at += 1;
      this.#value(member);
      this.#space();
      if (this.#text[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
  }

  #array(path: string): void {
    this.#at += 1;
    for (let index = 0; ; index += 1) {
      this.#space();
      if (this.#text[this.#at] === ']' || this.#at >= this.#text.length) break;
      this.#value(`${path}[${index}]`);
      this.#space();
      if (this.#text[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
  }

  #string(): string {
    const start = this.#at;
    for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1) if (this.#text[this.#at] === '\\') this.#at += 1;
    this.#at += 1;
    const literal = this.#text.slice(start, this.#at);
    return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
  }

  #line(): number {
    let { line, at } = this.#counted;
    for (at = this.#text.indexOf('\n', at); at >= 0 && at < this.#at; at = this.#text.indexOf('\n', at + 1)) line += 1;
    this.#counted = { line, at: this.#at };
    return line;
  }

  #space(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1;
  }
}
