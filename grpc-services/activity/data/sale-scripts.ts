import type { RedisScripts } from '@tiffin/lib/engines/redis-pipelines';

/**
 * The scripts of flash sales. Each is atomic, all its keys lie in one slot, amounts come as arguments, and each may be
 * sent again when its answer was lost. A ticket's id stays text: it has more digits than a number of Lua.
 */
export const saleScripts = {
  /**
   * KEYS left, joined, promised; ARGV user, ticket, now, lifetime in ms, amount.
   * {0} nothing is loaded; {1, ticket, may lack its row} joined before; {2, left} promised; {3} nothing is left.
   *
   * Who has joined is asked before what is left: whoever took the last unit and asks again has it still. A promise that
   * may lack its row is made anew by that, so that nobody takes it back while the row is being written.
   */
  salePromise: {
    numberOfKeys: 3,
    lua: `
      local left = redis.call('GET', KEYS[1])
      if not left then return {0} end
      local ticket = redis.call('HGET', KEYS[2], ARGV[1])
      if ticket then
        local promise = ARGV[1] .. ':' .. ticket
        if not redis.call('ZSCORE', KEYS[3], promise) then return {1, ticket, 0} end
        redis.call('ZADD', KEYS[3], ARGV[3], promise)
        return {1, ticket, 1}
      end
      if tonumber(left) < tonumber(ARGV[5]) then return {3} end
      redis.call('DECRBY', KEYS[1], ARGV[5])
      redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
      redis.call('PEXPIRE', KEYS[2], ARGV[4])
      redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1] .. ':' .. ARGV[2])
      redis.call('PEXPIRE', KEYS[3], ARGV[4])
      return {2, left - ARGV[5]}`,
  },

  /**
   * Takes a promise back that no row came of. KEYS left, joined, promised; ARGV user, ticket, not made after, amount,
   * the ticket that the user has instead or nothing. 1 where it did.
   */
  saleTakeBack: {
    numberOfKeys: 3,
    lua: `
      local promise = ARGV[1] .. ':' .. ARGV[2]
      local made = redis.call('ZSCORE', KEYS[3], promise)
      if not made or tonumber(made) > tonumber(ARGV[3]) then return 0 end
      redis.call('ZREM', KEYS[3], promise)
      if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('INCRBY', KEYS[1], ARGV[4]) end
      if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 1 end
      if ARGV[5] == '' then redis.call('HDEL', KEYS[2], ARGV[1])
      else redis.call('HSET', KEYS[2], ARGV[1], ARGV[5]) end
      return 1`,
  },

  /**
   * The unit of a ticket came back; for each ticket once. KEYS left, returned; ARGV ticket, lifetime in ms, amount.
   * 1 where it counted.
   */
  saleRestore: {
    numberOfKeys: 2,
    lua: `
      if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
      if redis.call('SADD', KEYS[2], ARGV[1]) == 0 then return 0 end
      redis.call('PEXPIRE', KEYS[2], ARGV[2])
      redis.call('INCRBY', KEYS[1], ARGV[3])
      return 1`,
  },

  /**
   * A page of those who have joined, while the lock is held, which this prolongs. KEYS lock, joined; ARGV lock, its
   * lifetime in ms, lifetime in ms, then user and ticket by turns. 0 where the lock is lost.
   */
  saleLoadPage: {
    numberOfKeys: 2,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      redis.call('PEXPIRE', KEYS[1], ARGV[2])
      for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
      if #ARGV > 3 then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
      return 1`,
  },

  /**
   * What may be promised, where nobody has said so before; joins begin. Ends the lock. KEYS lock, left, promised; ARGV
   * lock, units, lifetime in ms. Promises that outlived the loss count as kept. 0 where the lock is lost.
   */
  saleLoad: {
    numberOfKeys: 3,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      if redis.call('EXISTS', KEYS[2]) == 0 then
        local left = ARGV[2] - redis.call('ZCARD', KEYS[3])
        if left < 0 then left = 0 end
        redis.call('SET', KEYS[2], string.format('%d', left), 'PX', ARGV[3])
      end
      redis.call('DEL', KEYS[1])
      return 1`,
  },

  /** Ends the lock of whoever holds it. KEYS lock; ARGV lock. */
  saleUnlock: {
    numberOfKeys: 1,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      return redis.call('DEL', KEYS[1])`,
  },

  /** KEYS left; ARGV what it was when it was read, what to add. 0 where it has changed since. */
  saleCorrect: {
    numberOfKeys: 1,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      redis.call('INCRBY', KEYS[1], ARGV[2])
      return 1`,
  },
} satisfies RedisScripts;
