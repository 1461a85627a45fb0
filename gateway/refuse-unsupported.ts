import { type DocumentNode, Kind } from 'graphql';

/**
 * What Apollo's composition allows and no executor for Node.js carries out: served all the same, such fields would get
 * no argument and answer wrongly without an error.
 * @throws Error that names the field.
 */
export function refuseUnsupported({ definitions }: DocumentNode): void {
  for (const type of definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of type.fields ?? []) {
      const takesContext = field.directives?.some(
        ({ name, arguments: args }) =>
          name.value === 'join__field' &&
          args?.some((argument) => argument.name.value === 'contextArguments'),
      );
      if (!takesContext) continue;
      throw new Error(
        `The field ${type.name.value}.${field.name.value} takes an argument @fromContext, which is not supported.`,
      );
    }
  }
}
