import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { refuseUnsupported } from './refuse-unsupported.ts';
import { createLibrary } from './testing/library.ts';

test('a supergraph whose fields take arguments from a context is refused, by the name of the field', () => {
  const link = `extend schema @link(
    url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@context", "@fromContext"]
  )`;
  const { supergraphSdl, errors } = composeServices([
    {
      name: 'shop',
      url: 'http://shop',
      typeDefs: parse(`${link}
        type Query { shop: Shop }
        type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String! item: Item! }
        type Item @key(fields: "id") { id: ID! price(currency: String @fromContext(field: "$shop { currency }")): Int }
      `),
    },
    {
      name: 'other',
      url: 'http://other',
      typeDefs: parse(`${link} type Item @key(fields: "id") { id: ID! size: Int }`),
    },
  ]);
  assert.equal(errors, undefined);
  assert.throws(
    () => refuseUnsupported(parse(supergraphSdl ?? '')),
    /The field Item\.price takes .*@fromContext/,
  );
});

test('any other supergraph is not', () => {
  refuseUnsupported(parse(createLibrary().supergraphSdl));
});
