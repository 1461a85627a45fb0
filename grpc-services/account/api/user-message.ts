import { Role as RoleMessage, type User as UserMessage } from '@tiffin/proto/gen/tiffin/account/v1/account';
import type { User, VisibleUser } from '../domain/user.ts';

/** A user as the caller may see them. What they may not see does not even cross the wire. */
export function toVisibleUserMessage({ id, displayName, createdAt, personal }: VisibleUser): UserMessage {
  if (!personal) return { id, displayName, createdAt, email: '', phone: undefined, roles: [] };
  const { email, phone, roles } = personal;
  return {
    id,
    displayName,
    createdAt,
    email,
    phone: phone ?? undefined,
    roles: roles.map((role) => RoleMessage[role]),
  };
}

/** What most changes of a user answer with. */
export function toUserAnswer(user: User): { user: UserMessage } {
  return { user: toUserMessage(user) };
}

/** A user as they and administrators see them. */
export function toUserMessage({ id, displayName, createdAt, ...personal }: User): UserMessage {
  return toVisibleUserMessage({ id, displayName, createdAt, personal });
}
