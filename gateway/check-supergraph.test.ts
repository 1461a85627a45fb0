import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { supergraphSdl } from '@tiffin/schema/subgraph-type-defs';
import { checkSupergraph } from './check-supergraph.ts';

const federation2 =
  'schema @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }';
const withUrl = (url: string) =>
  `${federation2} enum join__Graph { PETS @join__graph(name: "pets", url: ${JSON.stringify(url)}) }`;

describe('checkSupergraph', () => {
  it('has nothing to say of a supergraph with URLs', () => {
    checkSupergraph(withUrl('https://pets.example/graphql?v=2'));
    checkSupergraph(supergraphSdl().replaceAll(/(@join__graph\(.*url: )"[^"]*"/g, '$1"http://localhost:1"'));
  });

  const bad: [what: string, sdl: string, sentence: RegExp][] = [
    ['an empty file', ' \n', /^is empty: compose/],
    ['a text that is no SDL', 'type Query {\n  a: \n}', /^is no valid SDL \(line 3: .*\): compose/],
    ['a schema', 'type Query { a: Int }', /^is no supergraph: compose/],
    [
      'the schema of a subgraph',
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) type Query { a: Int }',
      /^is the schema of one subgraph: compose/,
    ],
    [
      'a supergraph of Federation 1',
      'schema @core(feature: "https://specs.apollo.dev/core/v0.2") @core(feature: "https://specs.apollo.dev/join/v0.1") { query: Query }',
      /^is a supergraph of Federation 1: compose/,
    ],
    ['no subgraph', federation2, /^names no subgraph/],
    ['a subgraph without a URL', withUrl(''), /^has no URL for the subgraph pets: set its routing URL/],
    ['an address without a protocol', withUrl('pets:4001/graphql'), /subgraph pets.*"pets:4001\/graphql"/],
    ['another protocol', withUrl('ftp://pets/graphql'), /subgraph pets .*http:\/\/ or https:\/\//],
  ];
  for (const [what, sdl, sentence] of bad) {
    it(`names what is wrong with ${what}`, () => {
      assert.throws(() => checkSupergraph(sdl), { message: sentence });
    });
  }

  it('shows no credentials', () => {
    for (const url of ['http://ann:hunter2@pets/graphql', 'ann:hunter2@pets', 'redis://:hunter2@pets']) {
      assert.throws(
        () => checkSupergraph(withUrl(url)),
        ({ message }: Error) => message.includes('subgraph pets') && !message.includes('hunter2'),
      );
    }
  });
});
