import { systemClock } from '@tiffin/lib/clock/clock';
import { ConfigError } from '@tiffin/lib/config/config';
import { PostgresUnavailable } from '@tiffin/lib/engines/postgres-connection';
import { loadProcessConfig } from '@tiffin/lib/topology/process-config';
import { topology } from '../tiffin.ts';
import { readAuditArguments } from './audit/audit-arguments.ts';
import { AuditRefused } from './audit/audit-refused.ts';
import { openAuditedDatabases } from './audit/open-databases.ts';
import { runAudit } from './audit/run-audit.ts';
import { tellUnit } from './audit/tell-unit.ts';

// npm run audit: looks whether the books of all services balance, and tells what happened where they do not.
const refusals = [AuditRefused, ConfigError, PostgresUnavailable];
/** Where nothing could be looked at; 1 is for findings. */
const refusedExitCode = 2;

try {
  process.exitCode = await audit();
} catch (error) {
  if (!refusals.some((refusal) => error instanceof refusal)) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = refusedExitCode;
}

async function audit(): Promise<number> {
  const wanted = readAuditArguments(process.argv.slice(2));
  const { databases, close } = await openAuditedDatabases(loadProcessConfig(topology, process.env, []));
  try {
    const audited = { databases, clock: systemClock };
    if (wanted.about !== 'everything') {
      print(await tellUnit(audited, wanted.about, wanted.id));
      return 0;
    }
    const { lines, isSound } = await runAudit(audited);
    print(lines);
    return isSound ? 0 : 1;
  } finally {
    await close();
  }
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
