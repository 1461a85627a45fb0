import { boolean, choice, integer, secret } from '@tiffin/lib/config/variable';

/** What a gateway reads that stands alone over a supergraph file, besides what every process reads. */
export const standaloneVariables = {
  MAX_BODY_BYTES: integer({
    default: 1_048_576,
    min: 1_024,
    max: 16_777_216,
    description: 'Larger requests are refused with PAYLOAD_TOO_LARGE.',
  }),
  PLAYGROUND: boolean({ default: true, description: 'Whether GraphiQL is served at /.' }),
  EXECUTOR: choice({
    of: ['compiled', 'apollo'],
    default: 'compiled',
    description: "Who runs query plans: Tiffin's compiled executor, or Apollo's own to compare it with.",
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
