import { readFileSync } from 'node:fs';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

export interface PlaygroundOptions {
  /** Ready to run, a tab each. */
  readonly operations: readonly { readonly text: string }[];
  /** Takes `$email` and `$password`; its field `signIn` has `session { accessToken user { displayName } }` or `message`. */
  readonly signInOperation: string;
}

/**
 * GraphiQL as one page without outside links, so that it works offline, with a bar that signs in: from then on the
 * page sends the token in the Authorization header.
 */
export function playgroundPage({ operations, signInOperation }: PlaygroundOptions): string {
  const options = {
    title: 'Tiffin playground',
    endpoint: '/graphql',
    credentials: 'omit',
    defaultTabs: operations.map(({ text }) => ({ query: text })),
  };
  const page = renderGraphiQL(options as Parameters<typeof renderGraphiQL>[0]);
  const bar = asset('playground/sign-in-bar.html').replace('{{signInOperation}}', () => signInOperation);
  return page.replace('<div id="root"></div>', () => `${bar}<div id="root"></div>`);
}

const asset = (path: string) => readFileSync(new URL(`./${path}`, import.meta.url), 'utf8');
