import { InvalidArgumentError, Option } from 'commander';
import { DurationError, parseDuration } from '../apimachinery/duration.js';

/** `host:port`, as every `--…-addr` flag takes it; port 0 picks a free one. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Nobody asked for this port: if it is taken, any free one will do. */
  readonly orFree?: boolean;
}

/** `120s`, `1m30s`, `500ms` → milliseconds. */
export function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new InvalidArgumentError('Give a duration with a unit, such as 30s, 2m or 1m30s.');
  }
}

export function port(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) {
    throw new InvalidArgumentError('Give a port from 1 to 65535, or 0 for a free one.');
  }
  return number;
}

export function address(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text);
  if (!match) throw new InvalidArgumentError('Give host:port, such as 127.0.0.1:8080 or :8080.');
  return { host: match[1] ?? (match[2] === '' ? '0.0.0.0' : (match[2] ?? '')), port: port(match[3] ?? '') };
}

/** A default that the help shows as one would type it. */
export const optionWithDefault = <T>(flags: string, description: string, parse: (text: string) => T, text: string) =>
  new Option(flags, description).argParser(parse).default(parse(text), text);

/** An address nobody has to know beforehand: if its default is taken, a free one will do, and is logged. */
export const addressOption = (flags: string, description: string, text: string) =>
  new Option(flags, description).argParser(address).default({ ...address(text), orFree: true }, text);

export function count(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Give a whole number of at least 1.');
  return Number(text);
}

/**
 * Which of `names` a `--controllers` list asks for: names turn on just those, `-name` turns one off, `*` means all.
 * Only negative entries mean all but those.
 */
export function chooseControllers(list: string | undefined, names: readonly string[]): ReadonlySet<string> {
  const entries = (list ?? '*').split(',').map((entry) => entry.trim());
  const unknown = entries.find((entry) => entry !== '*' && !names.includes(entry.replace(/^-/, '')));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(
      `There is no controller "${unknown.replace(/^-/, '')}". Known: ${names.join(', ')}.`,
    );
  }
  const wanted = entries.filter((entry) => !entry.startsWith('-'));
  const all = wanted.length === 0 || wanted.includes('*');
  return new Set(names.filter((name) => (all || wanted.includes(name)) && !entries.includes(`-${name}`)));
}
