import {
  defaultFieldResolver,
  type FieldDefinitionNode,
  type GraphQLSchema,
  isObjectType,
  Kind,
} from 'graphql';
import { AppError } from '../errors/app-error.ts';
import type { Identity, Role } from '../identity/identity.ts';
import type { SubgraphContext } from './subgraph-context.ts';

interface AccessRule {
  readonly roles: readonly string[];
  readonly orSelf: boolean;
}

/**
 * Puts a guard before the resolver of every field that carries `@authorized`. That no field lacks a rule is checked
 * with the schema policy, not here.
 */
export function enforceAccessRules(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const rule = field.astNode && accessRuleOf(field.astNode);
      if (!rule) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: SubgraphContext, info) => {
        assertAllowed(rule, context.call.identity, source);
        return resolve(source, args, context, info);
      };
    }
  }
}

const callersOwn = Symbol('callersOwn');

/**
 * The same object, known to stand for the caller. A request that signs somebody in is still anonymous, but may read
 * the account that it has just proved to be its own.
 */
export const asCallersOwn = <Source extends object>(source: Source): Source => ({
  ...source,
  [callersOwn]: true,
});

function assertAllowed(rule: AccessRule, identity: Identity, source: unknown): void {
  if (rule.orSelf && (source as { [callersOwn]?: true } | undefined)?.[callersOwn]) return;
  if (identity.kind === 'anonymous') throw new AppError('UNAUTHENTICATED', {});
  if (identity.kind === 'user') {
    if (identity.roles.some((role: Role) => rule.roles.includes(role))) return;
    if (rule.orSelf && (source as { id?: unknown } | undefined)?.id === identity.userId) return;
  }
  throw new AppError('FORBIDDEN', {});
}

function accessRuleOf(field: FieldDefinitionNode): AccessRule | undefined {
  const directive = field.directives?.find(({ name }) => name.value === 'authorized');
  if (!directive) return undefined;
  const argument = (name: string) =>
    directive.arguments?.find((candidate) => candidate.name.value === name)?.value;
  const roles = argument('roles');
  const orSelf = argument('orSelf');
  return {
    roles:
      roles?.kind === Kind.LIST
        ? roles.values.flatMap((value) => (value.kind === Kind.ENUM ? [value.value] : []))
        : [],
    orSelf: orSelf?.kind === Kind.BOOLEAN && orSelf.value,
  };
}
