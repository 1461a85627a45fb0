import { readFileSync } from 'node:fs';
import { Kind, parse, print, visit } from 'graphql';

/** Entity → the subgraph that it comes from; the others extend it. */
const owners = { User: 'user', Shop: 'shop', Goods: 'shop', Category: 'shop', Order: 'order' };

/** A subgraph's SDL as version 1 of federation writes the same graph. */
export function federationOneSdl(name) {
  const files = ['common', name, 'gen/errors', `gen/${name}-results`];
  const definitions = files.flatMap(
    (file) =>
      parse(readFileSync(new URL(`../../schema/${file}.graphql`, import.meta.url), 'utf8')).definitions,
  );
  const kept = definitions.filter(
    ({ kind, name: type }) =>
      kind !== Kind.SCHEMA_EXTENSION && kind !== Kind.DIRECTIVE_DEFINITION && type?.value !== 'Subscription',
  );
  return print({ kind: Kind.DOCUMENT, definitions: kept.map((definition) => rewritten(definition, name)) });
}

function rewritten(definition, subgraph) {
  const owner = definition.kind === Kind.OBJECT_TYPE_DEFINITION ? owners[definition.name.value] : undefined;
  const isForeign = owner !== undefined && owner !== subgraph;
  const extendsOthers = isForeign || ['Query', 'Mutation'].includes(definition.name?.value);
  return visit(definition, {
    ObjectTypeDefinition: {
      leave: (node) => (extendsOthers ? { ...node, kind: Kind.OBJECT_TYPE_EXTENSION } : undefined),
    },
    FieldDefinition: {
      leave: (node) =>
        isForeign && node.name.value === 'id' ? { ...node, directives: [directive('external')] } : undefined,
    },
    Directive: (node) => (node.name.value === 'key' ? keyOf(node) : null),
  });
}

/** Without `resolvable`, which is new in version 2. */
const keyOf = (node) => ({
  ...node,
  arguments: node.arguments.filter(({ name }) => name.value === 'fields'),
});

const directive = (name) => ({ kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name } });
