import { isIP } from 'node:net';
import { ConfigError } from '@tiffin/lib/config/config';
import type { ClientLimitSettings } from './client-limits.ts';
import type { OperationLimits } from './operation-limits.ts';

/** Those of gateway-config.ts that are about limits. */
export interface LimitVariables {
  readonly MAX_DOCUMENT_CHARS: number;
  readonly MAX_DOCUMENT_TOKENS: number;
  readonly MAX_OPERATIONS: number;
  readonly MAX_FRAGMENTS: number;
  readonly MAX_SELECTIONS: number;
  readonly MAX_COMPARISONS: number;
  readonly MAX_DEPTH: number;
  readonly MAX_ALIASES: number;
  readonly MAX_DIRECTIVES: number;
  readonly MAX_ROOT_FIELDS: number;
  readonly MAX_VALUE_DEPTH: number;
  readonly MAX_FIELD_VALUES: number;
  readonly ASSUMED_LIST_SIZE: number;
  readonly MAX_VARIABLE_DEPTH: number;
  readonly MAX_VARIABLE_VALUES: number;
  readonly RATE_LIMIT_PER_USER: number;
  readonly RATE_LIMIT_PER_ADDRESS: number;
  readonly MAX_NEW_DOCUMENTS: number;
  readonly TRUSTED_PROXIES: readonly string[] | undefined;
}

/** What the environment says of operations. */
export const operationLimits = (config: LimitVariables): OperationLimits => ({
  maxDocumentChars: config.MAX_DOCUMENT_CHARS,
  maxTokens: config.MAX_DOCUMENT_TOKENS,
  maxOperations: config.MAX_OPERATIONS,
  maxFragments: config.MAX_FRAGMENTS,
  maxSelections: config.MAX_SELECTIONS,
  maxComparisons: config.MAX_COMPARISONS,
  maxDepth: config.MAX_DEPTH,
  maxAliases: config.MAX_ALIASES,
  maxDirectives: config.MAX_DIRECTIVES,
  maxRootFields: config.MAX_ROOT_FIELDS,
  maxValueDepth: config.MAX_VALUE_DEPTH,
  maxFieldValues: config.MAX_FIELD_VALUES,
  assumedListSize: config.ASSUMED_LIST_SIZE,
  maxVariableDepth: config.MAX_VARIABLE_DEPTH,
  maxVariableValues: config.MAX_VARIABLE_VALUES,
});

/** What it says of clients. */
export const clientLimitSettings = (config: LimitVariables): ClientLimitSettings => ({
  maxRequestsPerUser: config.RATE_LIMIT_PER_USER,
  maxRequestsPerAddress: config.RATE_LIMIT_PER_ADDRESS,
  maxNewDocuments: config.MAX_NEW_DOCUMENTS,
});

/** @throws ConfigError where one is neither an address nor a network. */
export function trustedProxies({ TRUSTED_PROXIES: proxies = [] }: LimitVariables): readonly string[] {
  const wrong = proxies.filter((proxy) => !isNetwork(proxy));
  if (wrong.length === 0) return proxies;
  throw new ConfigError([
    `TRUSTED_PROXIES must be addresses or networks, like 10.0.0.1 or 10.0.0.0/8: not ${wrong.join()}.`,
  ]);
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  if (!/^\d{1,3}$/.test(prefix)) return false;
  // A prefix of nothing would trust whoever connects, and with that whatever a client says of itself.
  return Number(prefix) >= 1 && Number(prefix) <= (version === 4 ? 32 : 128);
}
