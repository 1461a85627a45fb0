import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { parse, print } from 'graphql';
import { operationOf } from '../testing/operation-of.ts';
import { createApolloPlanner } from './apollo-planner.ts';
import { resolvableKeysFirst } from './resolvable-keys-first.ts';

test('keys that a subgraph does not resolve come behind those that it does, subgraph by subgraph', () => {
  const supergraph = `type A
  @join__type(graph: ONE, key: "id", resolvable: false)
  @join__type(graph: ONE, key: "name")
  @join__type(graph: TWO, key: "id")
  @tag(name: "kept")
{
  id: ID!
}`;
  const sorted = `type A
  @join__type(graph: ONE, key: "name")
  @join__type(graph: ONE, key: "id", resolvable: false)
  @join__type(graph: TWO, key: "id")
  @tag(name: "kept")
{
  id: ID!
}`;
  assert.equal(print(resolvableKeysFirst(parse(supergraph))), print(parse(sorted)));
});

test('a supergraph without such keys is left as it is', () => {
  const document = parse('type A @join__type(graph: ONE, key: "id") { id: ID! }');
  assert.equal(resolvableKeysFirst(document), document);
});

test('an entity is asked for by a key that its subgraph resolves', async () => {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';
  const { supergraphSdl } = composeServices([
    {
      name: 'books',
      url: 'http://books',
      typeDefs: parse(
        `${link} type Query { books: [Book] } type Book @key(fields: "id") @key(fields: "isbn") { id: ID! isbn: ID! }`,
      ),
    },
    {
      name: 'prices',
      url: 'http://prices',
      typeDefs: parse(
        `${link} type Book @key(fields: "id", resolvable: false) @key(fields: "isbn") { id: ID! isbn: ID! cents: Int }`,
      ),
    },
  ]);
  const plan = await createApolloPlanner(supergraphSdl ?? '').plan(operationOf('{ books { id cents } }'));
  assert.match(JSON.stringify(plan), /"requires":\[.*"name":"isbn"/);
});
