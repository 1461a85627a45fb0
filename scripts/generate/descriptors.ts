import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createFileRegistry,
  type DescEnum,
  type DescExtension,
  type DescField,
  type DescFile,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  getOption,
  hasOption,
  ScalarType,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import {
  type CodeEntry,
  ContractError,
  type Contracts,
  type DetailField,
  type DetailMessage,
  type RpcEntry,
} from './contracts.ts';
import { runTool } from './run-tool.ts';

const ERROR_FILE = 'tiffin/error/v1/error.proto';
const ERROR_PACKAGE = 'tiffin.error.v1';
const CODE_PREFIX = 'ERROR_CODE_';

/** What `(error)` holds on an enum value; see ErrorCodeOptions in error.proto. */
interface ErrorOptions {
  readonly status: number;
  readonly retryable: boolean;
  readonly httpStatus: number;
  readonly publicMessage: string;
  readonly infrastructure: boolean;
  readonly edge: boolean;
  readonly keyed: boolean;
}

/** Builds the proto files with buf and reads codes, details and rpcs. Throws ContractError when a part is missing. */
export async function readContracts(rootDir: string): Promise<Contracts> {
  const registry = await buildRegistry(rootDir);
  const file = found(registry.getFile(ERROR_FILE), `The file proto/${ERROR_FILE} is missing.`);
  const errorCode = found(registry.getEnum(`${ERROR_PACKAGE}.ErrorCode`), 'The enum ErrorCode is missing.');
  const comments = commentsOf(file);
  const messages = new Map(file.messages.map((message) => [message.name, readMessage(message, comments)]));
  const codes = readCodes(registry, errorCode, comments, messages);
  const details = new Set(codes.map((entry) => entry.typeName));
  return {
    codes,
    values: [...messages.values()].filter(
      (message) => !details.has(message.typeName) && message.typeName !== 'ErrorCodeOptions',
    ),
    rpcs: readRpcs(registry, errorCode, codes),
  };
}

async function buildRegistry(rootDir: string): Promise<FileRegistry> {
  const dir = await mkdtemp(join(tmpdir(), 'tiffin-descriptors-'));
  try {
    const path = join(dir, 'image.binpb');
    const built = await runTool(rootDir, 'buf', ['build', '-o', path]);
    if (!built.ok) throw new ContractError([`The proto files do not compile:\n${built.output.trim()}`]);
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, await readFile(path)));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function readCodes(
  registry: FileRegistry,
  errorCode: DescEnum,
  comments: Comments,
  messages: ReadonlyMap<string, DetailMessage>,
): CodeEntry[] {
  const extension = extensionOf(registry, 'error');
  const statusNames = found(registry.getEnum('google.rpc.Code'), 'The enum google.rpc.Code is missing.');
  const problems: string[] = [];
  const entries: CodeEntry[] = [];
  const enumIndex = errorCode.file.enums.indexOf(errorCode);
  for (const [index, value] of errorCode.values.entries()) {
    if (value.number === 0) continue;
    const code = value.name.slice(CODE_PREFIX.length);
    const typeName = pascalCase(code);
    const detail = messages.get(typeName);
    if (!hasOption(value, extension)) {
      problems.push(
        `${value.name} has no option (error). Give it a status, an http_status and a public_message.`,
      );
      continue;
    }
    if (!detail) {
      problems.push(`${value.name} has no detail message. Add \`message ${typeName} {}\` to ${ERROR_FILE}.`);
      continue;
    }
    const options = getOption(value, extension) as unknown as ErrorOptions;
    entries.push({
      code,
      number: value.number,
      comment: comments([5, enumIndex, 2, index]),
      deprecated: value.deprecated,
      status: options.status,
      statusName: statusNames.value[options.status]?.name ?? '',
      retryable: options.retryable,
      httpStatus: options.httpStatus,
      publicMessage: options.publicMessage,
      infrastructure: options.infrastructure,
      edge: options.edge,
      keyed: options.keyed,
      typeName,
      detail,
    });
  }
  if (problems.length > 0) throw new ContractError(problems);
  return entries;
}

function readRpcs(registry: FileRegistry, errorCode: DescEnum, codes: readonly CodeEntry[]): RpcEntry[] {
  const keyedCodes = codes.filter((entry) => entry.keyed).map((entry) => entry.code);
  const extension = extensionOf(registry, 'may_return');
  const successType = extensionOf(registry, 'success_type');
  const rpcs: RpcEntry[] = [];
  for (const file of registry.files) {
    for (const service of file.services) {
      for (const method of service.methods) {
        const numbers = getOption(method, extension) as unknown as readonly number[];
        const declared = numbers.map((number) =>
          (errorCode.value[number]?.name ?? '').slice(CODE_PREFIX.length),
        );
        const takesKey = method.input.fields.some((field) => field.name === 'idempotency_key');
        rpcs.push({
          service: service.typeName,
          name: method.name,
          path: `/${service.typeName}/${method.name}`,
          takesKey,
          onlyReads: method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS,
          codes: takesKey ? [...declared, ...keyedCodes] : declared,
          successType: (getOption(method, successType) as unknown as string) || `${method.name}Success`,
        });
      }
    }
  }
  return rpcs.sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : 0));
}

function readMessage(message: DescMessage, comments: Comments): DetailMessage {
  const index = message.file.messages.indexOf(message);
  return {
    typeName: message.name,
    comment: comments([4, index]),
    fields: message.fields.map((field, fieldIndex) => readField(field, comments([4, index, 2, fieldIndex]))),
  };
}

function readField(field: DescField, comment: string): DetailField {
  return {
    name: field.localName,
    type: graphqlTypeOf(field),
    list: field.fieldKind === 'list',
    // A message is always optional in proto3; a lone one becomes a nullable field, as `optional` does.
    nullable: field.proto.proto3Optional || field.fieldKind === 'message',
    description: comment === '' ? sentenceOf(field.name) : comment,
  };
}

function graphqlTypeOf(field: DescField): string {
  if (field.message?.typeName === 'google.protobuf.Timestamp') return 'DateTime';
  if (field.fieldKind === 'message' || (field.fieldKind === 'list' && field.listKind === 'message')) {
    return field.message.name;
  }
  if (field.fieldKind === 'scalar' || (field.fieldKind === 'list' && field.listKind === 'scalar')) {
    if (field.scalar === ScalarType.STRING) return field.name.endsWith('_id') ? 'ID' : 'String';
    if (field.scalar === ScalarType.INT32) return 'Int';
    if (field.scalar === ScalarType.INT64) return 'Cents';
    if (field.scalar === ScalarType.BOOL) return 'Boolean';
  }
  return '';
}

type Comments = (path: readonly number[]) => string;

/** Leading comments by the path of their element, as descriptor.proto describes it under SourceCodeInfo. */
function commentsOf(file: DescFile): Comments {
  const byPath = new Map(
    (file.proto.sourceCodeInfo?.location ?? []).map((location) => [
      location.path.join('.'),
      location.leadingComments,
    ]),
  );
  return (path) =>
    (byPath.get(path.join('.')) ?? '')
      .split('\n')
      .map((line) => line.trim())
      .join(' ')
      .trim();
}

function extensionOf(registry: FileRegistry, name: string): DescExtension & { readonly extendee: never } {
  const extension = registry.getExtension(`${ERROR_PACKAGE}.${name}`);
  return found(extension, `The option ${name} is missing in ${ERROR_FILE}.`) as DescExtension & {
    extendee: never;
  };
}

function found<T>(value: T | undefined, problem: string): T {
  if (value === undefined) throw new ContractError([problem]);
  return value;
}

/** `OUT_OF_STOCK` → `OutOfStock` */
function pascalCase(code: string): string {
  return code
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

/** `retry_after_ms` → `Retry after ms.`, for a field without a comment. */
function sentenceOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
