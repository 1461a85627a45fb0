import {
  ContractError,
  type Contracts,
  type DetailField,
  type DetailMessage,
  NEVER_DECLARED,
} from './contracts.ts';

const RESERVED_FIELDS = new Set(['code', 'message']);
const SCALARS = ['Int', 'Cents', 'String', 'ID', 'Boolean', 'DateTime'];
/** Messages of common.proto that schema/common.graphql has a type for, with the same fields. */
const COMMON_TYPES = ['Money'];
const MAX_HTTP_STATUS = 599;

/** Throws ContractError with every rule of the catalogue that the proto files break. */
export function validate(contracts: Contracts): void {
  const problems = [
    ...problemsOfCodes(contracts),
    ...problemsOfFields(contracts),
    ...disagreements(contracts),
    ...problemsOfMessages(contracts),
    ...problemsOfRpcs(contracts),
  ];
  if (problems.length > 0) throw new ContractError(problems);
}

function problemsOfCodes({ codes }: Contracts): string[] {
  return codes.flatMap((entry) => {
    const problems: string[] = [];
    if (entry.status === 0)
      problems.push(`${entry.code} has no status. Give it a google.rpc.Code other than OK.`);
    if (entry.httpStatus < 400 || entry.httpStatus > MAX_HTTP_STATUS) {
      problems.push(
        `${entry.code} has the http_status ${entry.httpStatus}. Choose one from 400 to ${MAX_HTTP_STATUS}.`,
      );
    }
    if (entry.publicMessage === '')
      problems.push(`${entry.code} has no public_message. Write what a client is shown.`);
    if (entry.keyed && (entry.infrastructure || entry.edge)) {
      problems.push(
        `${entry.code} is keyed and infrastructure or edge. Only rpcs with a key return a keyed code: choose one.`,
      );
    }
    if (entry.infrastructure && entry.edge) {
      problems.push(
        `${entry.code} is both infrastructure and edge. No rpc returns an edge code: choose one.`,
      );
    }
    return problems;
  });
}

/** Clients read a field of several union members through one selection, so a name has one type everywhere. */
function disagreements({ codes }: Contracts): string[] {
  const seen = new Map<string, { place: string; type: string }>();
  return fieldsOf(codes.map((entry) => entry.detail)).flatMap(({ place, field }) => {
    const type = describe(field);
    const first = seen.get(field.name);
    if (!first) seen.set(field.name, { place, type });
    return first && first.type !== type
      ? [`${place} is ${type}, but ${first.place} is ${first.type}. Use one type, or two names.`]
      : [];
  });
}

function problemsOfFields({ codes, values }: Contracts): string[] {
  const known = new Set([...SCALARS, ...COMMON_TYPES, ...values.map((value) => value.typeName)]);
  const details = codes.map((entry) => entry.detail);
  return [
    ...fieldsOf(details)
      .filter(({ field }) => RESERVED_FIELDS.has(field.name))
      .map(({ place, field }) => `${place}: every error has a field ${field.name} already. Rename it.`),
    ...fieldsOf([...details, ...values])
      .filter(({ field }) => !known.has(field.type))
      .map(
        ({ place }) =>
          `${place} has a type that GraphQL cannot show. Use int32, int64, string, bool, Money, Timestamp or a message of error.proto.`,
      ),
  ];
}

function fieldsOf(messages: readonly DetailMessage[]): { place: string; field: DetailField }[] {
  return messages.flatMap(({ typeName, fields }) =>
    fields.map((field) => ({ place: `${typeName}.${field.name}`, field })),
  );
}

/** A message that is neither a detail nor part of one is a detail whose code was forgotten or misspelt. */
function problemsOfMessages({ codes, values }: Contracts): string[] {
  const used = new Set(
    codes
      .flatMap((entry) => entry.detail.fields)
      .concat(values.flatMap((value) => value.fields))
      .map((field) => field.type),
  );
  return values
    .filter((value) => !used.has(value.typeName))
    .map(
      (value) => `The message ${value.typeName} belongs to no code. Add its code to ErrorCode, or remove it.`,
    );
}

function problemsOfRpcs({ codes, rpcs }: Contracts): string[] {
  const byCode = new Map(codes.map((entry) => [entry.code, entry]));
  return rpcs.flatMap((rpc) =>
    rpc.codes.flatMap((code, index) => {
      const entry = byCode.get(code);
      if (!entry) return [`${rpc.path} may return UNSPECIFIED. Name a code.`];
      if (entry.keyed && !rpc.takesKey)
        return [
          `${rpc.path} lists ${code}, but its request has no idempotency_key. Remove it, or add the key.`,
        ];
      if (rpc.codes.indexOf(code) !== index) return [`${rpc.path} lists ${code} twice. Remove one.`];
      if (entry.infrastructure)
        return [`${rpc.path} lists ${code}, which any rpc may return. Remove it from may_return.`];
      if (entry.edge)
        return [`${rpc.path} lists ${code}, which only the edge of the gateway answers. Remove it.`];
      if (NEVER_DECLARED.has(code)) return [`${rpc.path} lists ${code}, which is never declared. Remove it.`];
      return [];
    }),
  );
}

function describe({ type, list, nullable }: DetailField): string {
  if (list) return `a list of ${type}`;
  return nullable ? `an optional ${type}` : type;
}
