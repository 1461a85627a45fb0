import type { Validator } from '@tiffin/lib/errors/invalid-argument';
import { maxTimeMs } from '../domain/campaign.ts';

/** A time that can be written with four digits for the year. */
export function checkTime(v: Validator, field: string, time: Date | undefined): void {
  v.check(field, time !== undefined, 'must be given');
  const isTime = time !== undefined && time.getTime() >= 0 && time.getTime() <= maxTimeMs;
  v.check(field, isTime, 'must be a time from 1970 to 9999');
}
