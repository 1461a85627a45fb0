import { boolean, integer, secret } from '@tiffin/lib/config/variable';

/** What the gateway reads from its environment besides what every process reads. */
export const gatewayVariables = {
  TOKEN_VERIFY_KEYS: secret({
    optional: true,
    description: 'The JWKS that verifies access tokens; without it the key pair in DATA_DIR.',
  }),
  MAX_BODY_BYTES: integer({
    default: 1_048_576,
    min: 1_024,
    max: 16_777_216,
    description: 'Larger requests are refused with PAYLOAD_TOO_LARGE.',
  }),
  PLAYGROUND: boolean({ default: true, description: 'Whether GraphiQL is served at /.' }),
};
