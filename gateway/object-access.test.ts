import assert from 'node:assert/strict';
import { test } from 'node:test';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { buildSchema, type GraphQLSchema, isAbstractType } from 'graphql';
import { createApolloGateway } from './apollo-gateway.ts';

/** Fields of the root by which a client could ask for any object there is: those of Relay, of federation, and their like. */
function waysToAnything(schema: GraphQLSchema): readonly string[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return roots.flatMap((root) =>
    Object.values(root?.getFields() ?? {})
      .filter(({ name, type }) => /^_|^nodes?$/.test(name) || /^\[?(Node|_Any|_Entity)\b/.test(String(type)))
      .map(({ name }) => name),
  );
}

test('no field of the root takes the id of just anything', async () => {
  const gateway = createApolloGateway({
    supergraphSdl: supergraphSdl(),
    buildService: () => ({ process: () => Promise.reject(new Error('Nobody asks.')) }),
  });
  const { schema } = await gateway.load();
  assert.deepEqual(waysToAnything(schema), []);
  // What several types share can be read where it stands, but not be asked for by its id.
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
  assert.ok(abstract.every(({ name }) => name !== 'Node' && !name.startsWith('_')));
});

test('the control: such fields are found', () => {
  const schema = buildSchema(`
    scalar _Any
    interface Node { id: ID! }
    type Pot implements Node { id: ID! }
    union _Entity = Pot
    type Query {
      pot(id: ID!): Pot
      node(id: ID!): Pot
      nodes(ids: [ID!]!): [Pot]
      anything(id: ID!): Node
      _entities(representations: [_Any!]!): [_Entity]!
    }
  `);
  assert.deepEqual(waysToAnything(schema), ['node', 'nodes', 'anything', '_entities']);
});
