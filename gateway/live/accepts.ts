/** What a client takes, by its header `accept`. */
export interface Accepted {
  readonly events: boolean;
  readonly json: boolean;
}

/** Some clients name all that they can read: those get events for subscriptions only. */
export function acceptedBy(header = ''): Accepted {
  const types = header.split(',').map((part) => part.split(';', 1)[0]?.trim().toLowerCase());
  return {
    events: types.includes('text/event-stream'),
    json: types.some((type) => type === '*/*' || /^application\/(\*|.*json)$/.test(type ?? '')),
  };
}
