import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@tiffin/lib/config/config';
import { standaloneVariables } from '../gateway-config.ts';
import { defaultClientLimits } from './client-limits.ts';
import { clientLimitSettings, operationLimits, trustedProxies } from './limit-settings.ts';
import { defaultOperationLimits } from './operation-limits.ts';

test('an empty environment means the defaults', () => {
  const config = loadConfig(standaloneVariables, {});
  assert.deepEqual(operationLimits(config), defaultOperationLimits);
  assert.deepEqual(clientLimitSettings(config), defaultClientLimits);
  assert.deepEqual(trustedProxies(config), []);
});

test('each variable reaches its own limit', () => {
  const limits = {
    MAX_DOCUMENT_CHARS: 'maxDocumentChars',
    MAX_DOCUMENT_TOKENS: 'maxTokens',
    MAX_OPERATIONS: 'maxOperations',
    MAX_FRAGMENTS: 'maxFragments',
    MAX_SELECTIONS: 'maxSelections',
    MAX_COMPARISONS: 'maxComparisons',
    MAX_DEPTH: 'maxDepth',
    MAX_ALIASES: 'maxAliases',
    MAX_DIRECTIVES: 'maxDirectives',
    MAX_ROOT_FIELDS: 'maxRootFields',
    MAX_VALUE_DEPTH: 'maxValueDepth',
    MAX_FIELD_VALUES: 'maxFieldValues',
    ASSUMED_LIST_SIZE: 'assumedListSize',
    MAX_VARIABLE_DEPTH: 'maxVariableDepth',
    MAX_VARIABLE_VALUES: 'maxVariableValues',
    RATE_LIMIT_PER_USER: 'maxRequestsPerUser',
    RATE_LIMIT_PER_ADDRESS: 'maxRequestsPerAddress',
    MAX_NEW_DOCUMENTS: 'maxNewDocuments',
  };
  const variables = Object.keys(limits);
  const numberFor = (variable: string) => 301 + variables.indexOf(variable);
  const env = Object.fromEntries(variables.map((variable) => [variable, String(numberFor(variable))]));
  const config = loadConfig(standaloneVariables, env);
  const expected = Object.entries(limits).map(([variable, limit]) => [limit, numberFor(variable)]);
  // Whatever is missing here, or said twice, is not equal.
  assert.deepEqual(
    { ...operationLimits(config), ...clientLimitSettings(config) },
    Object.fromEntries(expected),
  );
});

test('proxies are addresses and networks, and nothing that would trust everybody', () => {
  const proxiesOf = (text: string) =>
    trustedProxies(loadConfig(standaloneVariables, { TRUSTED_PROXIES: text }));
  assert.deepEqual(proxiesOf('10.0.0.0/8, ::1, fd00::/8,192.0.2.1'), [
    '10.0.0.0/8',
    '::1',
    'fd00::/8',
    '192.0.2.1',
  ]);
  for (const wrong of ['proxy.example', '10.0.0.0/33', '10.0.0.0/0', '10.0.0.0/x', '10.0.0.0/8/8', '::/0'])
    assert.throws(() => proxiesOf(wrong), /TRUSTED_PROXIES must be addresses or networks/, wrong);
});
