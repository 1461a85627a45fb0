import { isHeard } from './fates.ts';
import { UNITS } from './model-participant.ts';
import { ID, type ModelWorld } from './model-world.ts';

/** Virtual time in which every transaction of a schedule ends, with one crash and one fault of each call. */
export const MAX_TOOK_MS = 15_000;

const endedAs = { PAID: 'CONFIRMED', CANCELLED: 'CANCELLED', CREATED: 'undecided', NONE: 'CANCELLED' };

/** What must not be when a schedule has come to its end, in words. */
export function findViolations(world: ModelWorld): string[] {
  const { schedule, transactions, participants, order } = world;
  const row = transactions.read(ID);
  const found: string[] = [];
  const expect = (isSo: boolean, otherwise: string) => {
    if (!isSo) found.push(otherwise);
  };
  const tookMs = row?.endedMs === undefined ? Number.POSITIVE_INFINITY : row.endedMs - row.begunMs;
  if (row) {
    expect(tookMs <= MAX_TOOK_MS, `ended after ${tookMs} ms`);
    expect(row.state === endedAs[order ?? 'NONE'], `${row.state}, and the order is ${order}`);
  } else expect(order === undefined, 'an order without a transaction');
  const isPaid = order === 'PAID';
  for (const [index, { units, effects, state }] of participants.entries()) {
    const { free, held, spent } = units;
    const end = row && (isPaid ? 'CONFIRMED' : 'CANCELLED');
    expect(state(ID) === end, `p${index} is ${state(ID)}, not ${end}`);
    expect(held === 0, `p${index} holds ${held}`);
    expect(spent === (isPaid ? 1 : 0), `p${index} spent ${spent}`);
    expect(free + held + spent === UNITS, `p${index} has ${free + held + spent} units`);
    expect(Math.max(...Object.values(effects)) <= 1, `p${index} did ${JSON.stringify(effects)}`);
  }
  // Else a coordinator that cancels everything would be right.
  if (schedule.crashStep === undefined && schedule.branches.every((fate) => isHeard(fate.try))) {
    const wanted = { paid: 'PAID', 'answer lost': 'PAID', cancelled: 'CANCELLED', aborted: undefined };
    expect(order === wanted[schedule.local], `the order is ${order} although nothing was in its way`);
  }
  return found;
}
