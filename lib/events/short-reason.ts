const MAX_CHARS = 500;

/**
 * A reason as it is kept beside a dead letter: for who looks at it, and not without end. jsonb takes neither NUL nor
 * half of a character, and one event's reason must not fail the statement of all.
 */
export const shortReason = (text: string): string =>
  text.replaceAll('\0', '').slice(0, MAX_CHARS).toWellFormed();
