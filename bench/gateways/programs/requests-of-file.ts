import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import type { LoadOptions } from '../load.ts';

/** Sends the requests of a file. */
export interface RequestsOfFile extends AsyncDisposable {
  /** Sends the next one. False where the answer is not 200, has errors in it, or does not come. */
  send(): Promise<boolean>;
}

/** A gateway that answers nothing holds up nobody for longer. */
const timeoutMs = 30_000;

/** @param connections bounds how many connections there are. */
export function requestsOfFile(
  { url, requestsFile }: Pick<LoadOptions, 'url' | 'requestsFile'>,
  connections: number,
): RequestsOfFile {
  const lines = readFileSync(requestsFile, 'utf8').trimEnd().split('\n');
  const requests = Array.from({ length: lines.length / 2 }, (_, index) => ({
    authorization: lines[2 * index] ?? '',
    body: lines[2 * index + 1] ?? '',
  }));
  const pool = new Pool(new URL(url).origin, {
    connections,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  let sent = 0;
  return {
    async send() {
      const { authorization = '', body = '' } = requests[sent++ % requests.length] ?? {};
      try {
        const headers = { 'content-type': 'application/json', authorization };
        const answer = await pool.request({ method: 'POST', path: '/graphql', headers, body });
        const text = await answer.body.text();
        return answer.statusCode === 200 && !text.includes('"errors"');
      } catch {
        return false;
      }
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}
