import type { CodeEntry, Contracts, DetailField, DetailMessage } from './contracts.ts';
import { sdlHeaderOf } from './header.ts';

/** schema/gen/errors.graphql: the enum, the interface, and one type for each code that can be a union member. */
export function errorTypes(contracts: Contracts): string {
  const declared = new Set(contracts.rpcs.flatMap((rpc) => rpc.codes));
  const members = contracts.codes.filter((entry) => entry.infrastructure || declared.has(entry.code));
  const blocks = [
    enumOf(contracts.codes),
    interfaceSdl,
    ...contracts.values.map((value) =>
      typeOf(value.typeName, value.comment || `${value.typeName}.`, value.fields),
    ),
    ...members.map(errorTypeOf),
  ];
  return `${sdlHeaderOf('proto/tiffin/error/v1/error.proto')}

${blocks.join('\n')}`;
}

const interfaceSdl = `"""
What every expected failure has.
"""
interface Error {
  "What happened, for programs."
  code: ErrorCode!
  "What happened, for people."
  message: String!
}
`;

function enumOf(codes: readonly CodeEntry[]): string {
  const values = codes.map((entry) => {
    const deprecated = entry.deprecated ? ' @deprecated' : '';
    return `  ${JSON.stringify(descriptionOf(entry))}\n  ${entry.code}${deprecated}\n`;
  });
  return `"""
Every code that an error can have. Codes are only ever added.
"""
enum ErrorCode {
${values.join('')}}
`;
}

function errorTypeOf(entry: CodeEntry): string {
  const { comment, fields } = entry.detail;
  return `"""
${comment === '' ? descriptionOf(entry) : `${entry.publicMessage} ${comment}`}
"""
type ${entry.typeName} implements Error @shareable {
  "What happened, for programs: \`${entry.code}\`."
  code: ErrorCode!
  "What happened, for people."
  message: String!
${fieldsOf(fields)}}
`;
}

function typeOf(
  name: DetailMessage['typeName'],
  description: string,
  fields: readonly DetailField[],
): string {
  return `"""
${description}
"""
type ${name} @shareable {
${fieldsOf(fields)}}
`;
}

function fieldsOf(fields: readonly DetailField[]): string {
  return fields
    .map((field) => `  ${JSON.stringify(field.description)}\n  ${field.name}: ${sdlTypeOf(field)}\n`)
    .join('');
}

function sdlTypeOf({ type, list, nullable }: DetailField): string {
  if (list) return `[${type}!]!`;
  return nullable ? type : `${type}!`;
}

function descriptionOf(entry: CodeEntry): string {
  return entry.comment === '' ? entry.publicMessage : entry.comment;
}
