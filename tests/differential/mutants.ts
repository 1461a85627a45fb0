/** One rule of the executor, broken. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Where the rule matters at all; all supergraphs where left out. */
  readonly supergraphs?: readonly string[];
}

const at = (file: string) => `gateway/executor/${file}.ts`;

export const mutants: readonly Mutant[] = [
  {
    name: 'representations count as equal whose keys differ',
    file: at('representations'),
    find: 'JSON.stringify(representation)',
    replace: "String(representation['__typename']) + String(representation['id'])",
    supergraphs: ['several-keys'],
  },
  {
    name: 'the type condition of a representation is ignored',
    file: at('representations'),
    find: "names && !names.has(ownValue(source, '__typename'))",
    replace: 'false',
    supergraphs: ['interfaces', 'unions'],
  },
  {
    name: 'requests with other flags are shaped alike',
    file: at('response-shaper'),
    find: "[...flags.values()].map(Number).join('')",
    replace: "''",
    supergraphs: ['interfaces', 'unions'],
  },
  {
    name: 'an entity of one type and one key is asked for whatever its type is',
    file: at('representations'),
    find: "value === undefined || ownValue(entity, '__typename') !== typename",
    replace: 'value === undefined',
    supergraphs: ['interfaces', 'unions'],
  },
  {
    name: 'the type name of an interface object goes to its subgraph as it is',
    file: at('compile-fetch'),
    find: 'compileRewrites(node.inputRewrites, types)',
    replace: 'compileRewrites(undefined, types)',
    supergraphs: ['interface-objects'],
  },
  {
    name: 'fields fetched under another name keep it',
    file: at('compile-fetch'),
    find: 'compileRewrites(node.outputRewrites, types)',
    replace: 'compileRewrites(undefined, types)',
    supergraphs: ['unions'],
  },
  {
    name: 'the error of an entity stands at its neighbour',
    file: at('compile-fetch'),
    find: '(_place, entity) => indexes[entity] ?? -1',
    replace: '(_place, entity) => (indexes[entity] ?? -1) + 1',
  },
  {
    name: 'an entity that was not found shifts the others',
    file: at('compile-fetch'),
    find: 'received[indexes[index] ?? -1]',
    replace: 'received.filter((found) => found !== null)[indexes[index] ?? -1]',
  },
  {
    name: 'what a later fetch brings replaces the object instead of filling it',
    file: at('merge-data'),
    find: 'mergeData(present as Data, incoming as Data, types);',
    replace: 'return incoming;',
  },
  {
    name: 'the elements of a list are merged in the opposite order',
    file: at('merge-data'),
    find: 'merged(present[index], incoming[index], types)',
    replace: 'merged(present[index], incoming[incoming.length - 1 - index], types)',
  },
  {
    name: 'the name of an interface replaces that of the type',
    file: at('merge-data'),
    find: "key === '__typename' && present !== incoming",
    replace: 'false',
    supergraphs: ['interface-objects'],
  },
  {
    name: 'a condition of the plan takes the other branch',
    file: at('compile-plan'),
    find: '? whenTrue : whenFalse',
    replace: '? whenFalse : whenTrue',
  },
  {
    name: '@include is read as @skip',
    file: at('collect-fields'),
    find: "name.value === 'include' ? flag : true",
    replace: "name.value === 'include' ? !flag : true",
  },
  {
    name: 'the default of a variable does not count in a condition',
    file: at('flags'),
    find: 'given === undefined ? fallback : given',
    replace: 'given === undefined ? false : given',
  },
  {
    name: 'a null that a list may not hold stays in it',
    file: at('complete-response'),
    find: 'return items.includes(invalid) ? null : items;',
    replace: 'return items.map((item) => (item === invalid ? null : item));',
  },
  {
    name: 'an enum may have any value',
    file: at('compile-shaper'),
    find: 'if (isEnumType(type)) return',
    replace: "if (isEnumType(type)) return 'true';\n    if (isEnumType(type)) return",
  },
  {
    name: 'the name of an interface passes as __typename',
    file: at('compile-shaper'),
    find: "isObjectType(this.#schema.getType(typename)) ? quote(typename) : 'bad()'",
    replace: 'quote(typename)',
    supergraphs: ['interface-objects'],
  },
];
