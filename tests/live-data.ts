import assert from 'node:assert/strict';

/** Longer than any subscription of a test has to wait for what it waits for. */
const maxMs = 20_000;

/** The data of each event of a subscription over SSE. Whoever stops reading closes it. */
export async function* liveData(
  url: string,
  token: string,
  query: string,
  variables: Record<string, unknown>,
  // biome-ignore lint/suspicious/noExplicitAny: the shape differs with each subscription
): AsyncGenerator<any> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), maxMs);
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query, variables }),
      signal: abort.signal,
    });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const json = /^event: next\ndata: (.*)$/m.exec(event)?.[1];
        if (json === undefined) continue;
        const { data, errors } = JSON.parse(json);
        assert.equal(errors, undefined);
        yield data;
      }
    }
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}
