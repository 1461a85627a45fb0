import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** Which types are kinds of which, by name. */
export class TypeRelations {
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Whether an object that calls itself `typename` is a `condition`; both may be interfaces. */
  is(typename: unknown, condition: string): boolean {
    if (typename === condition) return true;
    if (typeof typename !== 'string') return false;
    const type = this.#schema.getType(typename);
    const abstract = this.#schema.getType(condition);
    if (!isAbstractType(abstract)) return false;
    return (isObjectType(type) || isInterfaceType(type)) && this.#schema.isSubType(abstract, type);
  }

  /** The names that fit a condition: its own and those of its kinds. For what is asked often. */
  namesOf(condition: string): ReadonlySet<string> {
    const abstract = this.#schema.getType(condition);
    if (!isAbstractType(abstract)) return new Set([condition]);
    const objects = this.#schema.getPossibleTypes(abstract);
    const interfaces = isInterfaceType(abstract) ? this.#schema.getImplementations(abstract).interfaces : [];
    return new Set([condition, ...[...objects, ...interfaces].map(({ name }) => name)]);
  }
}
