import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock/clock.ts';
import { refuseToken } from './token-refusal.ts';

/** Ours have some 300 characters; what is longer is not worth a look. */
const maxTokenLength = 8 * 1024;
/** The decoder skips blanks and padding: without this, one token would be many. */
const tokenPattern = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** What a verified token says, and until when. */
export interface VerifiedToken<Subject> {
  readonly subject: Subject;
  readonly expiresAtMs: number;
}

/**
 * Remembers verified tokens until they expire, at most `maxTokens` of them, so that a token's signature is checked
 * once in a process, also when many requests bring it at the same moment. Refusals are not remembered: forged tokens
 * must not push out good ones.
 */
export function createVerifiedTokens<Subject>(
  check: (token: string) => Promise<VerifiedToken<Subject>>,
  clock: Clock,
  maxTokens: number,
): (token: string) => Promise<Subject> {
  const verified = new LRUCache<string, VerifiedToken<Subject>>({ max: maxTokens });
  const running = new Map<string, Promise<VerifiedToken<Subject>>>();

  async function checkOnce(token: string): Promise<Subject> {
    const shared = running.get(token) ?? check(token);
    running.set(token, shared);
    try {
      const found = await shared;
      verified.set(token, found);
      return found.subject;
    } finally {
      running.delete(token);
    }
  }

  return async (token) => {
    if (token.length > maxTokenLength) throw refuseToken('too long');
    const known = verified.get(token);
    if (!known && !tokenPattern.test(token)) throw refuseToken('malformed');
    if (!known) return checkOnce(token);
    if (known.expiresAtMs > clock.now()) return known.subject;
    verified.delete(token);
    throw refuseToken('expired');
  };
}
