import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JoinTestBed, openJoinTestBed } from '../join-test-bed.ts';
import { createTicketIdOf } from './ticket-id-of.ts';

let joins: JoinTestBed;
before(async () => {
  joins = await openJoinTestBed();
});
after(() => joins.stop());

test('a hundred who ask about many flash sales share one statement, and each hears of their own ticket', async () => {
  const asked = [];
  for (let sale = 0; sale < 20; sale++) {
    const saleId = await joins.addSale(2);
    const { ticket } = await joins.join(saleId, '11');
    asked.push({ saleId, userId: '11', ticketId: ticket?.id });
    asked.push({ saleId, userId: '12', ticketId: undefined });
  }
  const ticketIdOf = createTicketIdOf(joins.bed.deps.database);
  joins.bed.statements.length = 0;
  const found = await Promise.all(asked.map(({ saleId, userId }) => ticketIdOf(saleId, userId)));
  assert.deepEqual(
    found,
    asked.map(({ ticketId }) => ticketId),
  );
  // Whoever asks first waits for nobody.
  assert.equal(joins.bed.statements.length, 2, String(joins.bed.statements));
});
