import { boolean, choice, durationMs, integer, list, secret, text } from '@tiffin/lib/config/variable';

const limit = (byDefault: number, max: number, description: string) =>
  integer({ default: byDefault, min: 1, max, description });

/** The defaults are those of limits/operation-limits.ts and limits/client-limits.ts. */
const limitVariables = {
  MAX_DOCUMENT_CHARS: limit(
    131_072,
    4_194_304,
    'Characters of a document; what is longer is refused with OPERATION_LIMIT_EXCEEDED, like all that is beyond the next.',
  ),
  MAX_DOCUMENT_TOKENS: limit(10_000, 1_000_000, 'Tokens of a document; it is not read any further.'),
  MAX_OPERATIONS: limit(10, 1_000, 'Operations in a document.'),
  MAX_FRAGMENTS: limit(200, 10_000, 'Fragments that a document defines.'),
  MAX_SELECTIONS: limit(
    1_000,
    100_000,
    'Fields and fragments of an operation; those of a fragment count wherever it is spread, also for the next five.',
  ),
  MAX_COMPARISONS: limit(
    10_000,
    10_000_000,
    'Pairs of selections of a document that have one name in one place: 100 times the same field are 4950.',
  ),
  MAX_DEPTH: limit(25, 1_000, 'Fields within fields of an operation.'),
  MAX_ALIASES: limit(100, 100_000, 'Aliases of an operation.'),
  MAX_DIRECTIVES: limit(100, 100_000, 'Directives of an operation.'),
  MAX_ROOT_FIELDS: limit(50, 100_000, 'Fields of the root that an operation asks for, mutations among them.'),
  MAX_VALUE_DEPTH: limit(16, 1_000, 'Lists and objects within each other in the values of a document.'),
  MAX_FIELD_VALUES: limit(
    100_000,
    100_000_000,
    'Field values that an answer could have: first multiplies down the nesting, with the variables of the request.',
  ),
  ASSUMED_LIST_SIZE: limit(10, 10_000, 'What a list counts for that has no first and no @listSize.'),
  MAX_VARIABLE_DEPTH: limit(16, 1_000, 'Lists and objects within each other in the variables of a request.'),
  MAX_VARIABLE_VALUES: limit(10_000, 1_000_000, 'Values in the variables of a request.'),
  MAX_NEW_DOCUMENTS: integer({
    default: 600,
    min: 0,
    max: 1_000_000,
    description:
      'Documents a minute of one user, or of one address where nobody is signed in, that this process does not know and that are not trusted; more are refused with RATE_LIMITED. 0 is no bound.',
  }),
  RATE_LIMIT_PER_USER: integer({
    default: 60_000,
    min: 0,
    max: 100_000_000,
    description:
      'Requests a minute of one user, counted over all gateways of one Redis; more are refused with RATE_LIMITED. 0 is no bound. The default is generous.',
  }),
  RATE_LIMIT_PER_ADDRESS: integer({
    default: 120_000,
    min: 0,
    max: 100_000_000,
    description:
      'The same for one address, signed in or not; of IPv6 for one network of 64 bits. Clients behind the same router share it.',
  }),
  TRUSTED_PROXIES: list({
    optional: true,
    description:
      'Addresses and networks of proxies, like 10.0.0.0/8, whose X-Forwarded-For says who a client is; without it a client is whoever connects.',
  }),
};

/** What a gateway reads that stands alone over a supergraph file, besides what every process reads. */
export const standaloneVariables = {
  MAX_BODY_BYTES: integer({
    default: 1_048_576,
    min: 1_024,
    max: 16_777_216,
    description: 'Larger requests are refused with PAYLOAD_TOO_LARGE.',
  }),
  PLAYGROUND: boolean({ default: true, description: 'Whether GraphiQL is served at /.' }),
  INTROSPECTION: boolean({
    optional: true,
    description:
      'Whether clients may ask for the schema, else INTROSPECTION_DISABLED; by default they may where PLAYGROUND is on.',
  }),
  TRUSTED_DOCUMENTS: choice({
    of: ['allow', 'only', 'off'],
    default: 'allow',
    description:
      'Documents of the manifest: allow, clients may name them by their SHA-256; only, and everything else is refused with DOCUMENT_NOT_TRUSTED; off, there is none.',
  }),
  TRUSTED_DOCUMENTS_PATH: text({
    optional: true,
    description:
      "The manifest: a JSON object of documents by their SHA-256, or one by Apollo's tools. Without it the platform's gateway has that of schema/operations, one over another supergraph has none.",
  }),
  PERSISTED_QUERIES: integer({
    default: 1_000,
    min: 0,
    max: 100_000,
    description:
      'How many other documents this process keeps by the SHA-256 that clients sent with them (automatic persisted queries); 0 keeps none. None with TRUSTED_DOCUMENTS=only.',
  }),
  CORS_ORIGINS: list({
    optional: true,
    description:
      'Origins whose pages may read answers, like https://shop.example; without it no page of another origin may.',
  }),
  COMPRESSION: boolean({
    default: true,
    description:
      'Whether answers above 1 KiB are compressed for clients that take br or gzip. Off where a proxy does it.',
  }),
  EXECUTOR: choice({
    of: ['compiled', 'apollo'],
    default: 'compiled',
    description: "Who runs query plans: Tiffin's compiled executor, or Apollo's own to compare it with.",
  }),
  ...limitVariables,
  MAX_SUBSCRIPTIONS: integer({
    default: 10_000,
    min: 0,
    max: 100_000,
    description: 'Subscriptions open at once in this process; one more is refused with RATE_LIMITED.',
  }),
  MAX_SUBSCRIPTIONS_PER_CLIENT: integer({
    default: 10,
    min: 1,
    max: 100_000,
    description:
      'Of one user in this process; where nobody is signed in, of one address, which clients behind the same proxy share.',
  }),
  SUBSCRIPTION_REFRESH_MS: durationMs({
    default: 10_000,
    min: 1_000,
    max: 600_000,
    description:
      'How often a subscription reads without being told of a change, give or take a fifth: signals may be lost.',
  }),
  SUBSCRIPTION_MAX_AGE_MS: durationMs({
    default: 1_800_000,
    min: 10_000,
    max: 1_800_000,
    description:
      'After this, or up to a tenth sooner, a subscription is completed; the client opens another one.',
  }),
};

/** What the platform's gateway reads from its environment besides what every process reads. */
export const gatewayVariables = {
  TOKEN_VERIFY_KEYS: secret({
    optional: true,
    description: 'The JWKS that verifies access tokens; without it the key pair in DATA_DIR.',
  }),
  ...standaloneVariables,
};
