import { type FieldDefinitionNode, type InputValueDefinitionNode, Kind, print, type TypeNode } from 'graphql';
import {
  hasDirective,
  isList,
  isNullable,
  isRoot,
  membersOf,
  namedTypeOf,
  outputFieldsOf,
  type SchemaModel,
  valuesOf,
} from './schema-model.ts';

/** Finds what breaks one rule; each finding is a sentence that says where and what to do. */
export type SchemaRule = (model: SchemaModel) => string[];

const MAX_PAGE_ITEMS = 100;
/**
 * The first four cannot be repeated safely by a key: without a session there is nobody to keep the key for. What `track`
 * tells may be lost or counted twice, so nobody needs to repeat it, and a key would cost more than all the rest of it. The
 * last two may be repeated as they are: a user has one token and one ticket of a flash sale, and a key would be a write to
 * a database before anybody of a crowd is refused.
 */
const MUTATIONS_WITHOUT_KEY = new Set([
  'register',
  'login',
  'refreshSession',
  'logout',
  'track',
  'flashSaleToken',
  'joinFlashSale',
]);
const UNDESCRIBED = new Set(['id', 'first', 'after']);

/** Whoever explores the schema has nothing but the descriptions. `id`, `first` and `after` explain themselves. */
export const everythingIsDescribed: SchemaRule = ({ types }) =>
  types.flatMap((type) => {
    const members = membersOf(type).filter(({ node }) => !UNDESCRIBED.has(node.name.value));
    const places = [{ place: type.name.value, node: type }, ...members].filter(({ place }) => !isRoot(place));
    return places
      .filter(({ node }) => !node.description?.value.trim())
      .map(({ place }) => `${place} has no description. Write one sentence above it.`);
  });

/**
 * One missing entity or failing service must null one field and no more. Exempt are payloads that were read by the
 * same service in the same call: nodes of edges, successes and the user of a session.
 */
export const fedFieldsAreNullable: SchemaRule = ({ objects, entityNames }) =>
  outputFieldsOf(objects)
    .filter(({ typeName, field }) => {
      const target = namedTypeOf(field.type);
      const isFed = isRoot(typeName) || entityNames.has(target) || target.endsWith('Connection');
      return isFed && !isNullable(field.type) && !isOwnPayload(typeName, field.name.value);
    })
    .map(({ typeName, field }) => {
      const place = `${typeName}.${field.name.value}`;
      return `${place} is fed by another service or entity and must be nullable. Write \`${print(field.type).replace(/!$/, '')}\`.`;
    });

function isOwnPayload(typeName: string, fieldName: string): boolean {
  if (typeName.endsWith('Edge')) return fieldName === 'node';
  return typeName.endsWith('Success') || (typeName === 'Session' && fieldName === 'user');
}

/** An unbounded list is an outage that waits for its data. One that is short by its nature says so. */
export const listsAreBounded: SchemaRule = ({ objects, enumNames, errorTypes }) => {
  const errorNames = new Set(errorTypes.map((type) => type.name.value));
  return outputFieldsOf(objects)
    .filter(({ field }) => isList(field.type))
    .filter(({ typeName, field }) => {
      if (typeName.endsWith('Connection')) return field.name.value !== 'edges';
      return !errorNames.has(typeName) && !enumNames.has(namedTypeOf(field.type)) && !isShort(field);
    })
    .map(
      ({ typeName, field }) =>
        `${typeName}.${field.name.value} is a bare list. Return a connection instead, or say how short it is: @listSize(assumedSize: …) of 1 to ${MAX_PAGE_ITEMS}.`,
    );
};

/** Whether Federation's directive of the demand control says that it has no more items than a page. */
function isShort({ directives }: FieldDefinitionNode): boolean {
  const listSize = directives?.find(({ name }) => name.value === 'listSize');
  const size = listSize?.arguments?.find(({ name }) => name.value === 'assumedSize')?.value;
  return size?.kind === Kind.INT && Number(size.value) >= 1 && Number(size.value) <= MAX_PAGE_ITEMS;
}

export const connectionsArePaged: SchemaRule = ({ objects }) =>
  outputFieldsOf(objects)
    .filter(({ field }) => namedTypeOf(field.type).endsWith('Connection'))
    .flatMap(({ typeName, field }) => {
      const place = `${typeName}.${field.name.value}`;
      const first = field.arguments?.find((argument) => argument.name.value === 'first');
      const after = field.arguments?.find((argument) => argument.name.value === 'after');
      const problems: string[] = [];
      if (!first || print(first.type) !== 'Int!' || !isPageSize(first)) {
        problems.push(`${place} needs \`first: Int! = …\` with a default from 1 to ${MAX_PAGE_ITEMS}.`);
      }
      if (!after || print(after.type) !== 'String') problems.push(`${place} needs \`after: String\`.`);
      return problems;
    });

function isPageSize({ defaultValue }: InputValueDefinitionNode): boolean {
  if (defaultValue?.kind !== Kind.INT) return false;
  const items = Number(defaultValue.value);
  return items >= 1 && items <= MAX_PAGE_ITEMS;
}

export const connectionsHaveTheirShape: SchemaRule = ({ objects }) =>
  objects
    .filter((type) => type.name.value.endsWith('Connection'))
    .filter((type) => {
      const item = type.name.value.slice(0, -'Connection'.length);
      const fields = new Map((type.fields ?? []).map((field) => [field.name.value, print(field.type)]));
      return fields.get('edges') !== `[${item}Edge!]!` || fields.get('pageInfo') !== 'PageInfo!';
    })
    .map((type) => {
      const item = type.name.value.slice(0, -'Connection'.length);
      return `${type.name.value} needs \`edges: [${item}Edge!]!\` and \`pageInfo: PageInfo!\`.`;
    });

export const mutationsHaveTheirShape: SchemaRule = ({ objects }) =>
  mutationsOf(objects).flatMap(({ field }) => {
    const name = field.name.value.charAt(0).toUpperCase() + field.name.value.slice(1);
    const problems: string[] = [];
    if (print(field.type) !== `${name}Result`) {
      problems.push(`Mutation.${field.name.value} must return \`${name}Result\`, nullable.`);
    }
    const [input, ...others] = field.arguments ?? [];
    if (
      !input ||
      others.length > 0 ||
      input.name.value !== 'input' ||
      print(input.type) !== `${name}Input!`
    ) {
      problems.push(`Mutation.${field.name.value} must take \`input: ${name}Input!\` and nothing else.`);
    }
    return problems;
  });

export const mutationsTakeAnIdempotencyKey: SchemaRule = ({ objects, inputs }) =>
  mutationsOf(objects)
    .filter(({ field }) => !MUTATIONS_WITHOUT_KEY.has(field.name.value))
    .map(({ field }) => field.arguments?.[0]?.type)
    .filter((type): type is TypeNode => type !== undefined)
    .map(namedTypeOf)
    .filter((inputName) => {
      const input = inputs.find((candidate) => candidate.name.value === inputName);
      const key = input?.fields?.find((field) => field.name.value === 'idempotencyKey');
      return !key || print(key.type) !== 'String!';
    })
    .map(
      (inputName) => `${inputName} needs \`idempotencyKey: String!\`: its mutation must be safe to repeat.`,
    );

/** The gateway answers a subscription by the query of the same name, so it must be one, and as well guarded. */
export const subscriptionsAreTwins: SchemaRule = ({ objects }) => {
  const signature = ({ type, arguments: args = [], directives = [] }: FieldDefinitionNode) =>
    [...args.map((node) => `${node.name.value}: ${print(node.type)}`), print(type), ...directives.map(print)]
      .toSorted()
      .join();
  const fields = outputFieldsOf(objects);
  const queries = fields.filter(({ typeName }) => typeName === 'Query');
  return fields
    .filter(({ typeName }) => typeName === 'Subscription')
    .filter(({ field }) => {
      const twin = queries.find((query) => query.field.name.value === field.name.value);
      return !twin || signature(twin.field) !== signature(field);
    })
    .map(({ field: { name } }) => {
      return `Subscription.${name.value} has no twin. Give Query a field of the same name, arguments, type and directives.`;
    });
};

/** `Int` ends at 21 million euros, and a float loses cents. */
export const moneyIsInCents: SchemaRule = (model) =>
  valuesOf(model)
    .filter(({ name, type }) => {
      if (/cents$/i.test(name)) return namedTypeOf(type) !== 'Cents';
      return /(price|amount|total|fee|cost)$/i.test(name) && ['Int', 'Float'].includes(namedTypeOf(type));
    })
    .map(({ place, type }) => `${place} is money as ${namedTypeOf(type)}. Use Cents, or the type Money.`);

export const idsAreIds: SchemaRule = (model) =>
  valuesOf(model)
    .filter(({ name, type }) => /^id$|Ids?$/.test(name) && namedTypeOf(type) !== 'ID')
    .map(({ place, type }) => `${place} is an id as ${namedTypeOf(type)}. Use ID.`);

/** A field without a rule looks the same as a forgotten one. */
export const accessIsDeclared: SchemaRule = ({ objects }) => {
  const rulesOn = (node: Parameters<typeof hasDirective>[0]) =>
    ['public', 'authorized'].filter((name) => hasDirective(node, name)).length;
  const fields = outputFieldsOf(objects);
  const guarded = new Set(fields.filter(({ field }) => rulesOn(field) > 0).map(({ typeName }) => typeName));
  return fields
    .filter(({ typeName, field }) => (isRoot(typeName) || guarded.has(typeName)) && rulesOn(field) !== 1)
    .map(({ typeName, field }) => {
      return `${typeName}.${field.name.value} needs one of @public and @authorized, and not both.`;
    });
};

/** A client selects `… on ShopNotFound { shopId } … on AlreadyReviewed { shopId }`; GraphQL refuses two types there. */
export const errorFieldsAgree: SchemaRule = ({ errorTypes }) => {
  const seen = new Map<string, { place: string; type: string }>();
  return outputFieldsOf(errorTypes).flatMap(({ typeName, field }) => {
    const place = `${typeName}.${field.name.value}`;
    const type = print(field.type);
    const first = seen.get(field.name.value);
    if (!first) seen.set(field.name.value, { place, type });
    return first && first.type !== type
      ? [`${place} is ${type}, but ${first.place} is ${first.type}. Use one type, or two names.`]
      : [];
  });
};

/** A new code must never break a client's variables. */
export const errorCodesAreOnlyAnswered: SchemaRule = (model) =>
  valuesOf(model)
    .filter(({ isInput, type }) => isInput && namedTypeOf(type) === 'ErrorCode')
    .map(({ place }) => `${place} takes an ErrorCode. Codes are only ever answered: use another type.`);

const mutationsOf = (objects: SchemaModel['objects']) =>
  outputFieldsOf(objects).filter(({ typeName }) => typeName === 'Mutation');
