import { readFileSync } from 'node:fs';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

export interface PlaygroundOptions {
  /** Default: Tiffin's. */
  readonly title?: string;
  /** Ready to run, a tab each. Default: GraphiQL's own first tab. */
  readonly operations?: readonly { readonly text: string }[];
  /**
   * Takes `$email` and `$password`; its field `signIn` has `session { accessToken user { displayName } }` or `message`.
   * Without it there is no bar that signs in.
   */
  readonly signInOperation?: string;
}

/**
 * GraphiQL as one page without outside links, so that it works offline. Where its bar signs somebody in, the page
 * sends the token in the Authorization header from then on.
 */
export function playgroundPage({
  title = 'Tiffin playground',
  operations,
  signInOperation,
}: PlaygroundOptions): string {
  const options = {
    title,
    endpoint: '/graphql',
    credentials: 'omit',
    ...(operations && { defaultTabs: operations.map(({ text }) => ({ query: text })) }),
  };
  const page = renderGraphiQL(options as Parameters<typeof renderGraphiQL>[0]);
  if (signInOperation === undefined) return page;
  const bar = asset('playground/sign-in-bar.html').replace('{{signInOperation}}', () => signInOperation);
  return page.replace('<div id="root"></div>', () => `${bar}<div id="root"></div>`);
}

const asset = (path: string) => readFileSync(new URL(`./${path}`, import.meta.url), 'utf8');
