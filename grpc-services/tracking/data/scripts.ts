import type { RedisScripts } from '@tiffin/lib/engines/redis-pipelines';

/**
 * The latest look at each thing, at most so many, and the user among the dirty: together, so that no write-back comes
 * between. KEYS history, dirty; ARGV user, now, lifetime, most entries, then member and time of each look.
 */
const seeHistory = `
  for i = 5, #ARGV, 2 do
    local last = redis.call('ZSCORE', KEYS[1], ARGV[i])
    if not last or tonumber(last) < tonumber(ARGV[i + 1]) then
      redis.call('ZADD', KEYS[1], ARGV[i + 1], ARGV[i])
    end
  end
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - tonumber(ARGV[4]))
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('ZADD', KEYS[2], 'NX', ARGV[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  return 1`;

/** KEYS views, dirty; ARGV epoch for a new hash, now, lifetime, then field, count and dirty member of each thing. */
const countViews = `
  redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1])
  for i = 4, #ARGV, 3 do
    redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
    redis.call('ZADD', KEYS[2], 'NX', ARGV[2], ARGV[i + 2])
  end
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  return 1`;

/**
 * SpaceSaving (Metwally, Agrawal, El Abbadi 2005) with counts that halve each half-life: a list of fixed length in which
 * whatever has more than its share of all looks is for sure, however many other things there are. What is new takes the
 * place, and the count, of the last one. Fading waits for a minute, so that it costs little.
 * KEYS top, faded; ARGV now, half-life, lifetime, length, then id and count of each thing.
 */
const heat = `
  local now = tonumber(ARGV[1])
  local faded = tonumber(redis.call('GET', KEYS[2]) or ARGV[1])
  if now - faded >= 60000 then
    local factor = 0.5 ^ ((now - faded) / tonumber(ARGV[2]))
    local top = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
    for i = 1, #top, 2 do
      redis.call('ZADD', KEYS[1], string.format('%.17g', tonumber(top[i + 1]) * factor), top[i])
    end
    faded = now
  end
  for i = 5, #ARGV, 2 do
    local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
    if not score then
      score = 0
      if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then
        local last = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
        redis.call('ZREM', KEYS[1], last[1])
        score = last[2]
      end
    end
    redis.call('ZADD', KEYS[1], string.format('%.17g', tonumber(score) + tonumber(ARGV[i + 1])), ARGV[i])
  end
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('SET', KEYS[2], string.format('%.0f', faded), 'PX', ARGV[3])
  return 1`;

/**
 * Takes what is dirty since `due` or longer, longest first, and before that gives back what somebody took and did not end
 * in time. What is taken is named with the time since when, so that it is another one when it gets dirty again meanwhile.
 * KEYS dirty, taken; ARGV now, due, end of the lease, most, lifetime. Answers how many, and their names: an empty list is no
 * list to the Redis in this process.
 */
const takeDirty = `
  local late = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[4])
  for i = 1, #late do
    local member, since = string.match(late[i], '^(.*)@(%d+)$')
    local known = redis.call('ZSCORE', KEYS[1], member)
    if not known or tonumber(known) > tonumber(since) then redis.call('ZADD', KEYS[1], since, member) end
    redis.call('ZREM', KEYS[2], late[i])
  end
  local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'LIMIT', 0, ARGV[4], 'WITHSCORES')
  local taken = {}
  for i = 1, #found, 2 do
    local name = found[i] .. '@' .. string.format('%.0f', tonumber(found[i + 1]))
    redis.call('ZREM', KEYS[1], found[i])
    redis.call('ZADD', KEYS[2], ARGV[3], name)
    taken[#taken + 1] = name
  end
  if #late > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
  if #taken > 0 then redis.call('PEXPIRE', KEYS[2], ARGV[5]) end
  return { #taken, unpack(taken) }`;

export const trackingScripts: RedisScripts = {
  trkSeeHistory: { numberOfKeys: 2, lua: seeHistory },
  trkCountViews: { numberOfKeys: 2, lua: countViews },
  trkHeat: { numberOfKeys: 2, lua: heat },
  trkTakeDirty: { numberOfKeys: 2, lua: takeDirty },
};
