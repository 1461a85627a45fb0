import { readFileSync } from 'node:fs';

/** An operation that the playground has ready. */
export interface PlaygroundOperation {
  readonly name: string;
  readonly text: string;
}

const files = [
  'best-shops',
  'my-orders',
  'my-money',
  'buy-lunch',
  'pay-lunch',
  'follow-lunch',
  'look-at-sale',
  'fetch-token',
  'join-sale',
  'follow-ticket',
  'search-pizza',
  'look-around',
  'my-history',
  'review-nothing',
  'log-in',
];

/** The operations of the README, in the order of the playground's tabs. */
export const playgroundOperations = (): PlaygroundOperation[] =>
  files.map((name) => ({
    name,
    text: readFileSync(new URL(`./operations/${name}.graphql`, import.meta.url), 'utf8'),
  }));

/** How the playground signs somebody in. `$email` and `$password` are what was typed. */
export const signInOperation = `mutation SignIn($email: String!, $password: String!) {
  signIn: login(input: { email: $email, password: $password }) {
    ... on LoginSuccess { session { accessToken user { displayName } } }
    ... on Error { message }
  }
}`;
