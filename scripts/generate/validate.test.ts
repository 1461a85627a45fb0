import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeEntry, ContractError, Contracts, DetailField } from './contracts.ts';
import { validate } from './validate.ts';

function field(name: string, type: string, change: Partial<DetailField> = {}): DetailField {
  return { name, type, list: false, nullable: false, description: 'A field.', ...change };
}

function code(
  name: string,
  typeName: string,
  fields: DetailField[],
  change: Partial<CodeEntry> = {},
): CodeEntry {
  return {
    code: name,
    number: 1,
    comment: '',
    deprecated: false,
    status: 5,
    statusName: 'NOT_FOUND',
    retryable: false,
    httpStatus: 404,
    publicMessage: 'It is gone.',
    infrastructure: false,
    edge: false,
    keyed: false,
    typeName,
    detail: { typeName, comment: '', fields },
    ...change,
  };
}

const potGone = code('POT_GONE', 'PotGone', [field('potId', 'ID')]);

function contracts(codes: CodeEntry[], rpcCodes: string[] = [], values: Contracts['values'] = []): Contracts {
  const rpc = {
    service: 'kitchen.v1.Pots',
    name: 'BuyPot',
    path: '/kitchen.v1.Pots/BuyPot',
    takesKey: false,
    onlyReads: false,
    codes: rpcCodes,
    successType: 'BuyPotSuccess',
  };
  return { codes, values, rpcs: [rpc] };
}

const refused: Record<string, [Contracts, RegExp]> = {
  'a code without a status': [contracts([{ ...potGone, status: 0 }]), /POT_GONE has no status/],
  'a code without an HTTP status': [contracts([{ ...potGone, httpStatus: 0 }]), /http_status 0/],
  'a code without a public message': [contracts([{ ...potGone, publicMessage: '' }]), /no public_message/],
  'a code of the edge and the infrastructure': [
    contracts([{ ...potGone, edge: true, infrastructure: true }]),
    /both infrastructure and edge/,
  ],
  'a code that is keyed and infrastructure': [
    contracts([{ ...potGone, keyed: true, infrastructure: true }]),
    /POT_GONE is keyed and infrastructure or edge/,
  ],
  'an rpc without a key that lists a keyed code': [
    contracts([{ ...potGone, keyed: true }], ['POT_GONE']),
    /lists POT_GONE, but its request has no idempotency_key/,
  ],
  'a detail field named code': [
    contracts([code('A', 'A', [field('code', 'String')])]),
    /A.code: every error has a field code already/,
  ],
  'a detail field named message': [contracts([code('A', 'A', [field('message', 'String')])]), /A.message/],
  'a field name with two types': [
    contracts([potGone, code('B', 'B', [field('potId', 'String')])]),
    /B.potId is String, but PotGone.potId is ID/,
  ],
  'a field name with two nullabilities': [
    contracts([potGone, code('B', 'B', [field('potId', 'ID', { nullable: true })])]),
    /B.potId is an optional ID/,
  ],
  'a field that GraphQL cannot show': [
    contracts([code('A', 'A', [field('weight', '')])]),
    /A.weight has a type/,
  ],
  'a message without a code': [
    contracts([potGone], [], [{ typeName: 'PotSold', comment: '', fields: [] }]),
    /PotSold belongs to no code/,
  ],
  'an rpc that lists an infrastructure code': [
    contracts([{ ...potGone, infrastructure: true }], ['POT_GONE']),
    /lists POT_GONE, which any rpc may return/,
  ],
  'an rpc that lists a code of the edge': [
    contracts([{ ...potGone, edge: true }], ['POT_GONE']),
    /only the edge of the gateway/,
  ],
  'an rpc that lists INTERNAL': [
    contracts([code('INTERNAL', 'Internal', [])], ['INTERNAL']),
    /is never declared/,
  ],
  'an rpc that lists a code twice': [contracts([potGone], ['POT_GONE', 'POT_GONE']), /lists POT_GONE twice/],
  'an rpc that lists UNSPECIFIED': [contracts([potGone], ['UNSPECIFIED']), /may return UNSPECIFIED/],
};

test('consistent contracts are accepted', () => {
  validate(contracts([potGone], ['POT_GONE']));
});

for (const [mistake, [broken, sentence]] of Object.entries(refused)) {
  test(`${mistake} is refused`, () => {
    assert.throws(
      () => validate(broken),
      (error: ContractError) => {
        assert.equal(error.problems.length, 1);
        assert.match(error.problems[0] ?? '', sentence);
        return true;
      },
    );
  });
}
