import { createHash } from 'node:crypto';

// Every Redis key of this service. Each has a time to live, and none holds personal data.

/** Failed logins of one account within the window, for as long as the window lasts. */
export function loginAttemptsKey(emailKey: string): string {
  return `acc:login:${createHash('sha256').update(emailKey).digest('base64url').slice(0, 22)}`;
}
