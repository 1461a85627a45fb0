import type { DestinationStream } from 'pino';

interface LogLine {
  level: string;
  time: string;
  msg?: string;
  component?: string;
  err?: { name?: string; message?: string; stack?: string; cause?: unknown };
  [field: string]: unknown;
}

/** Turns pino's JSON lines into short ones for people: `12:30:01.123 INFO  gateway  ready  port=4000`. */
export function createTextStream(output: DestinationStream): DestinationStream {
  return { write: (json) => output.write(formatLine(json)) };
}

function formatLine(json: string): string {
  let line: LogLine;
  try {
    line = JSON.parse(json);
  } catch {
    return json;
  }
  const { level, time, msg, component, err, ...fields } = line;
  const head = [time.slice(11, 23), level.toUpperCase().padEnd(5), component, msg];
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${formatValue(value)}`);
  const text = [...head, ...pairs].filter((part) => part !== undefined && part !== '').join('  ');
  return `${text}\n${err ? formatError(err, '    ') : ''}`;
}

const formatValue = (value: unknown) =>
  typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);

function formatError(err: NonNullable<LogLine['err']>, indent: string): string {
  const text = err.stack ?? `${err.name ?? 'Error'}: ${err.message ?? JSON.stringify(err)}`;
  const cause = err.cause as LogLine['err'];
  const own = `${text.replace(/^/gm, indent)}\n`;
  return cause && typeof cause === 'object'
    ? `${own}${indent}caused by\n${formatError(cause, `${indent}  `)}`
    : own;
}
