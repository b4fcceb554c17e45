import { type DestinationStream, type Logger as Pino, pino } from 'pino';
import { redact } from './redact.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Constant message, variables as fields. Info = the world changed; debug = it did not. */
export type Logger = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: Fields) => void>
> & {
  with(fields: Fields): Logger;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const plain = (value: unknown): unknown => {
  if (value instanceof Error) {
    return { name: value.name, message: redact(value.message), ...(value.cause ? { cause: plain(value.cause) } : {}) };
  }
  return typeof value === 'string' ? redact(value) : value;
};

const plainFields = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));

const wrap = (sink: Pino): Logger => {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: Fields = {}) => {
      // Redacting costs more than most reconciles; a line nobody will read is not worth it.
      if (sink.isLevelEnabled(level)) sink[level](plainFields(fields), message);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => wrap(sink.child(plainFields(fields))),
  };
};

/** One JSON object per line: `time`, `level`, `message`, then the fields. Every string passes the redactor. */
export const jsonLogger = (level: LogLevel, destination: DestinationStream): Logger =>
  wrap(
    pino(
      {
        level,
        base: null,
        messageKey: 'message',
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      destination,
    ),
  );

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silentLogger,
};
