import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'graphql';
import {
  findSchemaViolations,
  readSchemaDocuments,
  type SchemaRuleName,
} from '../../scripts/check/schema-policy.ts';

const rootDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const wellFormed = `
type Query {
  "Pots."
  pots(first: Int! = 20, after: String): PotConnection @public
  "A pot."
  pot(id: ID!): Pot @public
}
type Mutation {
  "Buys a pot."
  buyPot(input: BuyPotInput!): BuyPotResult @authorized(roles: [CUSTOMER])
}
type Subscription {
  "A pot, whenever it changes."
  pot(id: ID!): Pot @public
}
"A pot."
type Pot @key(fields: "id") {
  id: ID! @public
  "What it costs."
  price: Money! @public
  "Its lid."
  lid: Lid @public
}
"A lid."
type Lid @key(fields: "id") {
  id: ID!
}
"Money."
type Money {
  "Cents."
  amountCents: Cents!
}
"A page."
type PotConnection {
  "The pots."
  edges: [PotEdge!]!
  "Where it stands."
  pageInfo: PageInfo!
}
"A pot in a page."
type PotEdge {
  "The pot."
  node: Pot!
}
"What to buy."
input BuyPotInput {
  "The key."
  idempotencyKey: String!
  "The pot."
  potId: ID!
}
"Bought."
type BuyPotSuccess {
  "The pot."
  pot: Pot!
}
"A failure."
interface Error {
  "For people."
  message: String!
}
"Gone."
type PotNotFound implements Error {
  "For people."
  message: String!
  "The pot."
  potId: ID!
}
"Sold."
type PotSold implements Error {
  "For people."
  message: String!
  "The pot."
  potId: ID!
}
`;

/** How the one field of Subscription begins. */
const live = '"A pot, whenever it changes."\n  pot';

/** For each rule a change of the well-formed schema that breaks it, and what the finding must name. */
const planted: Record<SchemaRuleName, readonly { from: string; to: string; names: string }[]> = {
  everythingIsDescribed: [
    { from: '"What it costs."\n', to: '', names: 'Pot.price' },
    { from: '"What to buy."\n', to: '', names: 'BuyPotInput' },
    { from: '  pots(first', to: '  pots(area: String, first', names: 'Query.pots(area)' },
    { from: '  "A pot, whenever it changes."\n', to: '', names: 'Subscription.pot' },
  ],
  fedFieldsAreNullable: [
    { from: 'lid: Lid @public', to: 'lid: Lid! @public', names: 'Pot.lid' },
    { from: '): PotConnection @', to: '): PotConnection! @', names: 'Query.pots' },
  ],
  listsAreBounded: [
    { from: 'lid: Lid @public', to: 'lid: [Lid!] @public', names: 'Pot.lid' },
    { from: 'lid: Lid @public', to: 'lid: [Lid!] @public @listSize(assumedSize: 101)', names: 'Pot.lid' },
  ],
  connectionsArePaged: [
    { from: 'first: Int! = 20', to: 'first: Int! = 101', names: 'Query.pots' },
    { from: 'first: Int! = 20', to: 'first: Int', names: 'Query.pots' },
    { from: ', after: String', to: '', names: 'Query.pots' },
  ],
  connectionsHaveTheirShape: [{ from: '[PotEdge!]!', to: '[PotEdge]', names: 'PotConnection' }],
  mutationsHaveTheirShape: [
    { from: '): BuyPotResult', to: '): BuyPotResult!', names: 'Mutation.buyPot' },
    { from: '): BuyPotResult', to: '): BuyPotSuccess', names: 'Mutation.buyPot' },
    { from: 'input: BuyPotInput!', to: 'input: BuyPotInput', names: 'Mutation.buyPot' },
  ],
  mutationsTakeAnIdempotencyKey: [
    { from: 'idempotencyKey: String!', to: 'idempotencyKey: String', names: 'BuyPotInput' },
  ],
  subscriptionsAreTwins: [
    { from: `${live}(id: ID!): Pot`, to: `${live}(id: ID): Pot`, names: 'Subscription.pot' },
    { from: `${live}(id: ID!): Pot`, to: `${live}(id: ID!): Lid`, names: 'Subscription.pot' },
    { from: live, to: `${live}Live`, names: 'Subscription.potLive' },
    {
      from: `${live}(id: ID!): Pot @public`,
      to: `${live}(id: ID!): Pot @authorized(roles: [CUSTOMER])`,
      names: 'Subscription.pot',
    },
  ],
  moneyIsInCents: [
    { from: 'amountCents: Cents!', to: 'amountCents: Int!', names: 'Money.amountCents' },
    { from: 'price: Money!', to: 'price: Float!', names: 'Pot.price' },
  ],
  idsAreIds: [
    { from: 'pot(id: ID!)', to: 'pot(id: Int!)', names: 'Query.pot(id)' },
    {
      from: 'key."\n  idempotencyKey: String!\n  "The pot."\n  potId: ID!',
      to: 'key."\n  idempotencyKey: String!\n  "The pot."\n  potId: String!',
      names: 'BuyPotInput.potId',
    },
  ],
  accessIsDeclared: [
    { from: ' @authorized(roles: [CUSTOMER])', to: '', names: 'Mutation.buyPot' },
    { from: `${live}(id: ID!): Pot @public`, to: `${live}(id: ID!): Pot`, names: 'Subscription.pot' },
    { from: 'lid: Lid @public', to: 'lid: Lid', names: 'Pot.lid' },
    { from: 'lid: Lid @public', to: 'lid: Lid @public @authorized(roles: [ADMIN])', names: 'Pot.lid' },
  ],
  errorFieldsAgree: [
    {
      from: 'type PotSold implements Error {\n  "For people."\n  message: String!',
      to: 'type PotSold implements Error {\n  "For people."\n  message: String',
      names: 'PotSold.message',
    },
  ],
  errorCodesAreOnlyAnswered: [
    { from: 'potId: ID!\n}\n"Bought', to: 'potId: ErrorCode!\n}\n"Bought', names: 'BuyPotInput.potId' },
  ],
};

const findIn = (sdl: string) => findSchemaViolations([{ subgraph: 'kitchen', document: parse(sdl) }]);

test('a well-formed schema has no violations', () => {
  assert.deepEqual(findIn(wellFormed), []);
});

for (const [rule, changes] of Object.entries(planted)) {
  for (const { from, to, names } of changes) {
    test(`${rule} finds ${JSON.stringify(to || `no ${from}`)}`, () => {
      assert.ok(wellFormed.includes(from), 'the planted change does not apply');
      const found = findIn(wellFormed.replace(from, to)).filter((violation) => violation.rule === rule);
      assert.deepEqual(
        found.map(({ sentence }) => sentence.split(/[ :]/)[0]),
        [names],
      );
    });
  }
}

test('the schema of this repository keeps the policy', async () => {
  assert.deepEqual(findSchemaViolations(await readSchemaDocuments(rootDir)), []);
});
