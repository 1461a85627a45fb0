/** The SQLSTATE under which triggers tell the session which keys its transaction makes stale. One of our own class. */
export const staleKeySqlState = 'TF001';
