import { AuditRefused } from './audit-refused.ts';
import type { Audited } from './audited.ts';
import { readGoodsTimeline } from './goods-timeline.ts';
import { readOrderTimeline } from './order-timeline.ts';
import { sayTableFailure } from './say-failure.ts';
import type { Timeline } from './timeline.ts';

/** What happened to one thing, for people. @throws AuditRefused where a service has other tables than it should have. */
export async function tellUnit(audited: Audited, about: 'order' | 'goods', id: string): Promise<string[]> {
  const read = about === 'order' ? readOrderTimeline : readGoodsTimeline;
  try {
    return linesOf(`${about} ${id}`, await read(audited, id));
  } catch (error) {
    const reason = sayTableFailure(error);
    throw reason ? new AuditRefused(`Not all services can be asked: ${reason}.`, { cause: error }) : error;
  }
}

function linesOf(unit: string, { now, entries }: Timeline): string[] {
  const told = entries
    .toSorted((one, other) => one.atMs - other.atMs)
    .map(({ atMs, service, what }) => `  ${new Date(atMs).toISOString()}  ${service.padEnd(8)}  ${what}`);
  if (now.length === 0 && told.length === 0) return [`${unit}: nobody knows of it`];
  return [unit, ...now.map((line) => `  ${line}`), ...told];
}
