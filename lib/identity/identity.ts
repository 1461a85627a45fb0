/** Roles of a signed-in user, the same names as in the proto and the SDL. */
export type Role = 'CUSTOMER' | 'MERCHANT' | 'ADMIN';

export interface UserIdentity {
  readonly kind: 'user';
  readonly userId: string;
  readonly roles: readonly Role[];
}

/** Nobody signed in: allowed to see what is public. It still travels signed between processes. */
export interface AnonymousIdentity {
  readonly kind: 'anonymous';
}

/** One of our own processes acting on its own behalf: a job, a task, the demo data. */
export interface ServiceIdentity {
  readonly kind: 'service';
  readonly name: string;
}

/** On whose behalf a call is made. Verified once at the edge of a process, then handed on as this object. */
export type Identity = UserIdentity | AnonymousIdentity | ServiceIdentity;

export const anonymous: AnonymousIdentity = { kind: 'anonymous' };
