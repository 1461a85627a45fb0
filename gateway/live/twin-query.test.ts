import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, validate } from 'graphql';
import { operationOf } from '../testing/operation-of.ts';
import { liveId, twinQuery } from './twin-query.ts';

const schema = buildSchema(`
  type Query { order(id: ID!, size: Int = 1): Order moved: Order narrowed(id: ID!): Order shrunk(id: ID!, a: Int): Order }
  type Subscription { order(id: ID!, size: Int = 1): Order moved: Order! narrowed(id: ID): Order shrunk(id: ID!): Order gone: Order }
  type Order { id: ID! status(short: Boolean): String next: Order }
`);

const flat = (text: string) => text.replace(/\s+/g, ' ').trim();

const twins: [subscription: string, query: string][] = [
  ['subscription { order(id: "1") { status } }', 'query { order(id: "1") { status } }'],
  [
    'subscription Watch($id: ID!, $short: Boolean = true) { alias: order(id: $id) { status(short: $short) @include(if: $short) } }',
    'query Watch($id: ID!, $short: Boolean = true) { alias: order(id: $id) { status(short: $short) @include(if: $short) } }',
  ],
  [
    'subscription { ...Root } fragment Root on Subscription { order(id: "1") { ...State } } fragment State on Order { status next { id } }',
    'query { order(id: "1") { ...State } } fragment State on Order { status next { id } }',
  ],
  [
    'subscription { ... on Subscription { order(id: "1") { id } } ... { order(id: "1") { status } } }',
    'query { order(id: "1") { id } order(id: "1") { status } }',
  ],
];
for (const [subscription, query] of twins) {
  test(subscription, () => {
    const { document, node } = operationOf(subscription);
    assert.deepEqual(validate(schema, document), []);
    const twin = twinQuery(schema, document, node);
    assert.equal(flat(twin.text).replace(/^\{/, 'query {'), query);
    assert.deepEqual(validate(schema, twin.document), []);
    assert.equal(twin.document.definitions[0], twin.node);
  });
}

for (const field of ['moved { id }', 'narrowed(id: "1") { id }', 'shrunk(id: "1") { id }', 'gone { id }']) {
  test(`no twin: ${field}`, () => {
    const { document, node } = operationOf(`subscription { ${field} }`);
    assert.throws(() => twinQuery(schema, document, node), {
      name: 'GraphQLError',
      message: /^Subscription\.\w+ cannot be served: .* there is no such field\.$/,
    });
  });
}

const ids: [text: string, variables: Record<string, unknown>, id: string | undefined][] = [
  ['subscription { order(id: "1") { id } }', {}, '1'],
  ['subscription { order(id: 12) { id } }', {}, '12'],
  ['subscription ($id: ID!) { order(id: $id) { id } }', { id: '7' }, '7'],
  ['subscription ($id: ID!) { order(id: $id) { id } }', { id: 7 }, '7'],
  ['subscription ($id: ID! = "8") { order(id: $id) { id } }', {}, '8'],
  ['subscription ($id: ID!) { ... { order(id: $id) { id } } }', { id: '7' }, '7'],
  ['subscription ($id: ID!) { order(id: $id) { id } }', { id: { a: 1 } }, undefined],
  ['subscription { moved { id } }', {}, undefined],
];
for (const [text, variables, id] of ids) {
  test(`${text} with ${JSON.stringify(variables)} watches ${id}`, () => {
    const { document, node } = operationOf(text);
    assert.equal(liveId(document, node, variables), id);
  });
}
