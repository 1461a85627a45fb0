import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import { Flights } from './flights.ts';

describe('flights', () => {
  it('can be joined until they close', async () => {
    const flights = new Flights(5_000);
    const flight = flights.start('1', 'thing:1', 0);
    assert.equal(flights.join('thing:1', 0), flight);
    assert.equal(flights.join('thing:2', 0), undefined);
    flight.land({ kind: 'absent', readAtMs: 7 });
    assert.equal(flights.join('thing:1', 0), flight);
    flight.close();
    assert.equal(flights.join('thing:1', 0), undefined);
    assert.deepEqual(await flight.found, { kind: 'absent', readAtMs: 7 });
  });

  it('land once', async () => {
    const flight = new Flights(5_000).start('1', 'thing:1', 0);
    flight.land({ kind: 'absent', readAtMs: 7 });
    flight.land({ kind: 'failed', error: new AppError('INTERNAL', {}) });
    assert.equal((await flight.found).kind, 'absent');
  });

  it('close no other flight of their key', () => {
    const flights = new Flights(5_000);
    const first = flights.start('1', 'thing:1', 0);
    flights.forget(['thing:1']);
    assert.equal(flights.join('thing:1', 0), undefined);
    const second = flights.start('1', 'thing:1', 0);
    first.close();
    assert.equal(flights.join('thing:1', 0), second);
  });

  it('are left alone when they take too long', () => {
    const flights = new Flights(5_000);
    const flight = flights.start('1', 'thing:1', 1_000);
    assert.equal(flights.join('thing:1', 6_000), flight);
    assert.equal(flights.join('thing:1', 6_001), undefined);
  });

  it('are joined no more once all are forgotten, and go on for those who wait', async () => {
    const flights = new Flights(5_000);
    const [first, second] = [flights.start('1', 'thing:1', 0), flights.start('2', 'thing:2', 0)];
    flights.forgetAll();
    assert.deepEqual([flights.join('thing:1', 0), flights.join('thing:2', 0)], [undefined, undefined]);
    for (const { land } of [first, second]) land({ kind: 'absent', readAtMs: 7 });
    assert.deepEqual(await Promise.all([first.found, second.found]), [
      { kind: 'absent', readAtMs: 7 },
      { kind: 'absent', readAtMs: 7 },
    ]);
  });
});
