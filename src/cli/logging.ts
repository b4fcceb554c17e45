import { createWriteStream } from 'node:fs';
import { styleText } from 'node:util';
import { jsonLogger, type Logger, type LogLevel } from '../control/log.js';

const COLOURS = { debug: 'gray', info: 'green', warn: 'yellow', error: 'red' } as const;
type Level = keyof typeof COLOURS;

const isLevel = (text: unknown): text is Level => typeof text === 'string' && text in COLOURS;

const show = (value: unknown): string => {
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message);
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** One line a person can read from one JSON log line. */
function humanLine(line: string): string {
  const { time, level, message, ...fields } = JSON.parse(line) as Record<string, unknown>; // our own logger wrote it
  const colour = isLevel(level) ? COLOURS[level] : 'gray';
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${show(value)}`);
  return `${String(time).slice(11, 23)} ${styleText(colour, String(level).padEnd(5))} ${String(message)} ${rest.join(' ')}\n`;
}

/** JSON lines on stderr, or readable ones when a person looks at it. */
export function stderrLogger(level: LogLevel): Logger {
  const write = process.stderr.isTTY
    ? (line: string) => process.stderr.write(humanLine(line))
    : (line: string) => process.stderr.write(line);
  return jsonLogger(level, { write });
}

/** Into a file, because a person watches progress on the terminal; where nobody does, JSON lines go to stderr too. */
export function fileLogger(level: LogLevel, path: string): Logger {
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  const write = process.stderr.isTTY
    ? (line: string) => file.write(line)
    : (line: string) => {
        file.write(line);
        process.stderr.write(line);
      };
  return jsonLogger(level, { write });
}
