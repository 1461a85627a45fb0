import pino from 'pino';
import type { Logger } from '../telemetry/logger.ts';

/** For tests that do not look at logs. */
export const silentLogger: Logger = pino({ level: 'silent' });
