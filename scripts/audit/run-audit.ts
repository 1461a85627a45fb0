import type { Finding } from '@tiffin/lib/audit/finding';
import type { Clock } from '@tiffin/lib/clock/clock';
import type { Audited } from './audited.ts';
import { type Check, checks } from './checks.ts';
import { sayFailure } from './say-failure.ts';
import { tellUnit } from './tell-unit.ts';

export interface AuditReport {
  /** For people. */
  readonly lines: readonly string[];
  /** Whether all checks could look, and found nothing. */
  readonly isSound: boolean;
}

/** Lines of one check. */
const maxListed = 20;
/** Things whose story is told. */
const maxTimelines = 5;

/** Looks at everything, and tells what is wrong: a line for each check, its findings, and what happened to the first units. */
export async function runAudit(audited: Audited & { readonly clock: Clock }): Promise<AuditReport> {
  const lines: string[] = [];
  const found: Finding[] = [];
  let failures = 0;
  for (const { claim, find } of checks) {
    const findings = await tryToFind(find, audited);
    if (typeof findings === 'string') {
      failures += 1;
      lines.push(`${'failed'.padEnd(12)}  ${claim}`, `    ${findings}`);
      continue;
    }
    found.push(...findings);
    lines.push(`${verdictOf(findings.length).padEnd(12)}  ${claim}`, ...listOf(findings));
  }
  const isSound = found.length === 0 && failures === 0;
  if (!isSound) lines.push('', ...(await timelinesOf(audited, found)));
  return { lines, isSound };
}

async function tryToFind(
  find: Check['find'],
  audited: Audited & { readonly clock: Clock },
): Promise<readonly Finding[] | string> {
  try {
    return await find(audited);
  } catch (error) {
    return sayFailure(error);
  }
}

function verdictOf(count: number): string {
  if (count === 0) return 'ok';
  return count === 1 ? '1 finding' : `${count} findings`;
}

function listOf(findings: readonly Finding[]): string[] {
  const listed = findings.slice(0, maxListed).map(({ unit, problem }) => `    ${unit} ${problem}`);
  const more = findings.length - maxListed;
  return more > 0 ? [...listed, `    and ${more} more`] : listed;
}

async function timelinesOf(audited: Audited, found: readonly Finding[]): Promise<string[]> {
  const units = [...new Set(found.map(({ unit }) => unit.replace(/^transaction /, 'order ')))];
  const stories = units.filter((unit) => /^(order|goods) \d+$/.test(unit)).slice(0, maxTimelines);
  const lines: string[] = [];
  for (const unit of stories) {
    const [about, id = ''] = unit.split(' ');
    try {
      lines.push(...(await tellUnit(audited, about === 'goods' ? 'goods' : 'order', id)), '');
    } catch (error) {
      lines.push(`${unit}: ${sayFailure(error)}`, '');
    }
  }
  return lines;
}
