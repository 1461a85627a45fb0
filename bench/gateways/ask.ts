import { Agent, request } from 'undici';

/** What goes to every contender in the same way. */
export interface Posting {
  readonly body: string;
  readonly authorization: string;
}

const agent = new Agent({ bodyTimeout: 30_000, headersTimeout: 30_000 });

/** The text that a gateway answers. @throws where that is not HTTP 200. */
export async function ask(url: string, { body, authorization }: Posting): Promise<string> {
  const answer = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body,
    dispatcher: agent,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}: ${text.slice(0, 300)}`);
  return text;
}
