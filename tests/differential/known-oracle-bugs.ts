/** A place where Apollo's executor is wrong, or says less than it could, and ours is not its copy. */
export interface KnownOracleBug {
  readonly what: string;
  /** The sentence that decides; of the GraphQL specification of October 2021 unless it names another source. */
  readonly decides: string;
  /** What exactly the comparison lets pass because of it. */
  readonly treatment: string;
}

export const knownOracleBugs = {
  'completion errors in extensions': {
    what: 'Apollo writes what it finds wrong in the data to extensions.valueCompletion instead of errors.',
    decides:
      'Handling Field Errors: "If an error was encountered during execution of a field, the error must be added to the errors list in the result."',
    treatment: "Entries of the oracle's extensions.valueCompletion count as its errors.",
  },
  'completion errors dropped': {
    what: 'Apollo drops what it finds wrong in the data as soon as any subgraph reported any error.',
    decides:
      'Errors: "If one or more errors occurred during execution, the errors list must be non-empty" and must hold each.',
    treatment:
      'Where the oracle reports a subgraph error, ours may have further INVALID_GRAPHQL errors whose path ends in a null of our data and which no other error of ours explains (one path the beginning of the other).',
  },
  'wrong index of an entity': {
    what: 'Apollo counts the places of a fetch instead of its representations, so that an entity left out of the representations shifts the index in the path of every error behind it.',
    decides:
      'Errors: "If an error can be associated to a particular field in the GraphQL result, it must contain an entry with the key path that details the path of the response field which experienced the error."',
    treatment:
      'An error of a fetch with representations may differ in the indexes of its path; code and message are the same and our path ends in a null of our data, in an entity as a whole, or at a field of it that nobody asked for.',
  },
  'failed fetch without paths': {
    what: 'Where a whole fetch fails, Apollo gives one error without a path.',
    decides:
      'Errors: "If an error can be associated to a particular field in the GraphQL result, it must contain an entry with the key path."',
    treatment:
      'Each pathless error of the oracle needs one or more of ours with the same code and message, and each of those leads to a null of our data, but for the two exceptions below.',
  },
  'path with the inside of federation': {
    what: 'An error of the field _entities itself gets a path with "@" and "_entities", which no response has.',
    decides: 'Errors: path "details the path of the response field which experienced the error".',
    treatment: 'Such an error counts as pathless.',
  },
  'complaint about a reported failure': {
    what: 'Where a subgraph reports why there are no entities, or too few, Apollo adds an error of its own that there are none.',
    decides:
      'Handling Field Errors: "If the same error is raised more than once for a field, only one error should be added to the errors list per field."',
    treatment:
      'A pathless error of the oracle without code that begins with Expected "data._entities" is left out, if ours has none like it and the oracle reports an error of a subgraph besides.',
  },
  'failed fetch without code': {
    what: 'Errors that Apollo itself throws for a malformed answer have no code.',
    decides: "Apollo's own list of codes: DOWNSTREAM_SERVICE_ERROR is for errors of a subgraph without one.",
    treatment:
      'A pathless error of the oracle without code, whose message begins with Expected "data._entities", matches DOWNSTREAM_SERVICE_ERROR with the same message but for the number in it.',
  },
  'no data and no errors': {
    what: 'Apollo passes over an answer that has neither data nor errors.',
    decides:
      'Data: "If an error was raised during the execution that prevented a valid response, the data entry in the response should be null", and Errors: "If the data entry in the response is not present, the errors entry must be present."',
    treatment:
      'Where a subgraph of the case may be broken, ours may have DOWNSTREAM_SERVICE_ERROR with one of two messages at places of our data; completion errors of the oracle at, above, below and beside those are explained by them.',
  },
  'null without an error': {
    what: 'Apollo nulls an object of an interface whose __typename is asked for and is not known, and says nothing.',
    decides:
      'Handling Field Errors: "If an error was encountered during execution of a field, the error must be added to the errors list in the result."',
    treatment:
      'Ours may have an error that begins with "Cannot tell the type of an object" whose path ends in a null.',
  },
  'value of a failed fetch that is there': {
    what: 'Not a bug of the oracle: where several subgraphs answer one field or its parts and one of them fails, ours names the field, though another subgraph has brought it.',
    decides:
      'Errors: path "details the path of the response field which experienced the error"; the failed fetch asks for the field.',
    treatment: 'The errors of a failed fetch may lead to a value of our data that is not null.',
  },
  'failed fetch of what the response lacks': {
    what: 'Not a bug of the oracle: a failed fetch brings only what another subgraph needs, or what objects of another type would be asked for. Errors of single fields that nobody asked for stand at such paths in both executors.',
    decides: 'None: the specification knows no fields but those of the request.',
    treatment:
      'The errors of a failed fetch may lead out of our data, but not to what @skip or @include take out of the request.',
  },
  'fragment on a supertype': {
    what: 'Apollo loses what stands in a fragment on an object type inside a fragment on an abstract type, where the type is known without __typename.',
    decides:
      'CollectFields: "If DoesFragmentTypeApply(objectType, fragmentType) is false, continue": it depends on the object\'s type, not on the fragments around.',
    treatment:
      'The case is compared once more with the same request written without type conditions that are supertypes of their place; it passes if that one does, and if ours answers both alike.',
  },
  'too complex for the planner': {
    what: "Not a bug: the planner's limits refuse the operation.",
    decides: 'None: both executors ask the same planner.',
    treatment: "Both executors throw, the oracle with the text of one of Apollo's limits.",
  },
  'alias with the name of a key': {
    what: 'The planner, which both executors ask, mixes up an alias with a field of the same name that it needs for a key or a required input: { user { id: orders { total } } } asks for no orders at all.',
    decides: 'Field Alias: "you can define a different name by providing an alias"; no name is excepted.',
    treatment: 'Random requests have no such aliases.',
  },
  'name of an interface object': {
    what: "Apollo lets the interface's name, which a later fetch from a subgraph with an interface object brings as __typename, take the place of the object's type. Fragments on the type then no longer apply, and where __typename is asked for the object is nulled without an error.",
    decides:
      'Type Name Introspection: __typename gives "the name of the concrete type": the one that is known has to be kept.',
    treatment:
      "The case is compared once more with an oracle whose subgraphs answer with the object's type instead, or with no type where they know no key; it passes if ours answers to the case itself what that oracle does.",
  },
  'object of an unknown type': {
    what: 'Not a bug of the oracle: where the type of an interface object could not be fetched, both executors answer what was asked for without naming a type.',
    decides: 'CollectFields needs an object type, and none is known.',
    treatment:
      'In supergraphs with interface objects, an object may have the fields that an object of the interface itself would have.',
  },
  'lists of lists': {
    what: 'Apollo does not read lists of lists as required inputs, and replaces them where two fetches bring parts of their objects.',
    decides:
      'Apollo\'s subgraph specification: @requires names "a set of external entity fields", of whatever type.',
    treatment:
      'The supergraph lists-of-lists has both; its oracle runs the same graph as one subgraph. The others have neither.',
  },
  'required input with arguments': {
    what: 'Where a field is required with arguments and the client asks for it with others, the planner may let two parallel fetches bring both under the same name: the later answer wins.',
    decides: 'Field Selection Merging: two fields with one response name must have the same arguments.',
    treatment:
      'No interface object has such a required input, which is where it was seen: there the two fetches ask the same subgraph at different stages. Other supergraphs have them.',
  },
  'several reasons for a null': {
    what: 'Not a bug: where an object is null for several reasons, the executors meet them in another order, and stop at the first or tell all.',
    decides:
      'Handling Field Errors: "If multiple fields errored in one selection set, sibling fields may be cancelled"; which ones are told is open.',
    treatment:
      'An INVALID_GRAPHQL error of one side whose path goes through a null of our data passes if the other side has an error at, above or below that null.',
  },
  'introspection twice': {
    what: 'Apollo answers the first occurrence of an introspection field only, without the fields of the others.',
    decides:
      'MergeSelectionSets: the selection sets of all fields with one response name are executed together.',
    treatment: 'Random requests name each introspection field differently.',
  },
  'planner fails': {
    what: 'The planner, which both executors ask, fails on its own assertion.',
    decides: 'None: there is no plan to run.',
    treatment: 'Both executors throw an error that says "would create a cycle".',
  },
  'renamed falsy value': {
    what: 'Apollo does not give a field its name back that was fetched under another one, where the value is 0, false or an empty text.',
    decides: 'Field Alias: "a field’s response key can be chosen by using an alias", whatever its value.',
    treatment:
      'Where the plan renames keys, the case is compared once more in a world without such values, and passes if both agree there.',
  },
  'internal name in a path': {
    what: "The path of an error has the name under which the planner had a field fetched, not the client's.",
    decides: 'Errors: path "details the path of the response field which experienced the error".',
    treatment: 'A trailing __alias_ and its number are left out of the names in the paths of the oracle.',
  },
  'path through another type': {
    what: 'Apollo throws where a fetch follows a path of names through an object of another type, for which the name means no list.',
    decides: 'CollectFields: what a fragment selects is asked of objects to which the fragment applies.',
    treatment:
      'Where the oracle throws "value.flatMap is not a function", the data of ours is checked against CollectFields only.',
  },
  'skipped field with required inputs': {
    what: 'Where @skip or @include take out a field with required inputs, the planner leaves the inputs out, but still wants them for the other fields of the same fetch, which then stay null.',
    decides: '@skip: "the field must not be queried"; it says nothing about the fields beside it.',
    treatment:
      'Both executors run such a plan alike, and are compared. Requests to a graph whose oracle runs it as one subgraph have no @skip and @include.',
  },
  'order of fields': {
    what: "Apollo's merging of selections changes the order of the response's fields.",
    decides:
      'Serialized Map Ordering: "the field ordering in the response matches the order of fields as they were first encountered in the request".',
    treatment:
      'Objects are compared without order; the order of ours is checked against CollectFields in every case.',
  },
} satisfies Record<string, KnownOracleBug>;

export type KnownOracleBugName = keyof typeof knownOracleBugs;
