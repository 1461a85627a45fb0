import pino from 'pino';
import { type Clock, systemClock } from '../clock/clock.ts';
import { redact, redactText } from './redact.ts';
import { createTextStream } from './text-log.ts';

/** pino's logger: `logger.info({ shopId }, 'shop opened')`. Values are redacted on the way out. */
export type Logger = pino.Logger;

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LoggerOptions {
  /** Default 'info'. */
  readonly level?: LogLevel;
  /** One JSON object a line, or short lines for people. Default: text on a terminal, else JSON. */
  readonly format?: 'json' | 'text';
  /** Where lines go. Default: stdout. */
  readonly output?: pino.DestinationStream;
  readonly clock?: Clock;
}

export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = 'info', format = process.stdout.isTTY ? 'text' : 'json', clock = systemClock } = options;
  const output =
    options.output ?? (format === 'text' ? process.stdout : pino.destination({ fd: 1, sync: true }));
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      hooks: { logMethod: redactMessage },
      serializers: { err: (error) => error, req: describeRequest, res: describeResponse },
    },
    format === 'text' ? createTextStream(output) : output,
  );
  // pino writes a child's bindings as they are, so they are redacted where the child is made.
  const { child } = logger;
  logger.child = function childOf(
    this: Logger,
    bindings: pino.Bindings,
    childOptions?: pino.ChildLoggerOptions,
  ) {
    return child.call(this, redactFields(bindings), childOptions as never);
  } as typeof logger.child;
  return logger;
}

/** The logger of one component: each of its lines says `component`. */
export const componentLogger = (logger: Logger, component: string): Logger => logger.child({ component });

/** The logger of one request: each of its lines says `requestId`. */
export const requestLogger = (logger: Logger, requestId: string): Logger => logger.child({ requestId });

/** Raw requests and responses go to their serialisers untouched: copying such an object would be long and leaky. */
function redactFields(fields: object): Record<string, unknown> {
  try {
    const { req, res, ...others } = fields as Record<string, unknown>;
    const safe = redact(others) as Record<string, unknown>;
    return { ...safe, ...(req ? { req } : {}), ...(res ? { res } : {}) };
  } catch (error) {
    // A getter that throws must not take down the code that logs.
    return { unloggable: error instanceof Error ? error.name : typeof error };
  }
}

function redactMessage(this: Logger, args: Parameters<pino.LogFn>, method: pino.LogFn): void {
  const [first, ...rest] = args as unknown[];
  const clean = (arg: unknown) => (typeof arg === 'string' ? redactText(arg) : redact(arg));
  const message = first instanceof Error && rest.length === 0 ? [first.message] : rest;
  const head = first instanceof Error ? { err: first } : first;
  const safe = [typeof head === 'string' ? redactText(head) : head, ...message.map(clean)];
  method.apply(this, safe as Parameters<pino.LogFn>);
}

/** Without the query string, which may hold a query's variables. */
const describeRequest = ({ method, url }: { method?: string; url?: string }) => ({
  method,
  path: url?.split('?')[0],
});
const describeResponse = ({ statusCode }: { statusCode?: number }) => ({ statusCode });
