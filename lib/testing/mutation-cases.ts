import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../errors/app-error.ts';
import { detailCodec } from '../errors/detail-codec.ts';
import { type ErrorCode, type ErrorDetails, errorCatalogue } from '../errors/error-catalogue.gen.ts';
import { anonymous, type Identity } from '../identity/identity.ts';
import type { MutationCodes } from '../subgraph/mutation-results.ts';
import type { Subgraph } from '../subgraph/subgraph.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createSubgraphHarness, type Fakes } from './subgraph-harness.ts';

/** One mutation with input that succeeds. */
export interface MutationCase<Clients> {
  readonly input: Readonly<Record<string, unknown>>;
  /** Somebody who may do it. Default: anybody. */
  readonly identity?: Identity;
  /** The one rpc behind it, as it answers. */
  readonly fakes: Fakes<Clients>;
  /** What that rpc must be asked. */
  readonly request: object;
  /** The type of the success, where it is not called after the mutation. */
  readonly successType?: string;
  /** What is read of the success, and what it must be. */
  readonly selection: string;
  readonly success: object;
}

type CreateSubgraph<Clients> = (deps: { clients: Clients; logger: Logger; metrics: Metrics }) => Subgraph;

/**
 * Registers the tests that every mutation must pass: its success, one for each code of its result union, a code that
 * the union lacks, and the refusal of somebody who is not signed in.
 *
 *     const cases: { [Name in MutationName]: MutationCase<ShopClients> } = { addReview: {…}, … };
 *     testMutationCases(createShopSubgraph, mutationCodes, cases);
 */
export function testMutationCases<Clients extends object>(
  create: CreateSubgraph<Clients>,
  mutationCodes: MutationCodes,
  cases: Readonly<Record<string, MutationCase<Clients>>>,
): void {
  for (const [name, mutationCase] of Object.entries(cases)) {
    const codes = mutationCodes[name] ?? [];
    const mutation: Mutation<Clients> = {
      name,
      codes,
      create,
      document: documentOf(name, codes, mutationCase),
      mutationCase,
    };
    test(`${name} succeeds`, () => assertSucceeds(mutation));
    for (const code of codes) test(`${name} answers ${code}`, () => assertAnswersMember(mutation, code));
    test(`${name} masks and counts a code that its union lacks`, () => assertMasksUndeclared(mutation));
    if (mutationCase.identity)
      test(`${name} is refused to strangers`, () => assertRefusesStrangers(mutation));
  }
}

interface Mutation<Clients> {
  readonly name: string;
  readonly codes: readonly ErrorCode[];
  readonly create: CreateSubgraph<Clients>;
  readonly document: string;
  readonly mutationCase: MutationCase<Clients>;
}

async function assertSucceeds<Clients extends object>(mutation: Mutation<Clients>): Promise<void> {
  const { result, calls } = await run(mutation, mutation.mutationCase.fakes);
  const { request, success, successType = `${capitalized(mutation.name)}Success` } = mutation.mutationCase;
  assert.deepEqual(result, { data: { [mutation.name]: { __typename: successType, ...success } } });
  assert.deepEqual(JSON.parse(JSON.stringify(calls)), [request]);
}

async function assertAnswersMember<Clients extends object>(
  mutation: Mutation<Clients>,
  code: ErrorCode,
): Promise<void> {
  const error = new AppError(code, sampleDetail(code));
  const { result, metrics } = await run(mutation, failingFakes(mutation.mutationCase.fakes, error));
  const { typeName, publicMessage } = errorCatalogue[code];
  const detail = JSON.parse(JSON.stringify(error.detail));
  const member = { __typename: typeName, code, message: publicMessage, ...detail };
  assert.deepEqual(result, { data: { [mutation.name]: member } });
  assert.doesNotMatch(await metrics.text(), /undeclared_errors_total\{/);
}

async function assertMasksUndeclared<Clients extends object>(mutation: Mutation<Clients>): Promise<void> {
  const isUndeclared = (code: ErrorCode) =>
    !mutation.codes.includes(code) && code !== 'INTERNAL' && code !== 'CANCELLED';
  const code = (Object.keys(errorCatalogue) as ErrorCode[]).find(isUndeclared);
  assert.ok(code, 'The union has every code there is.');
  const error = new AppError(code, sampleDetail(code));
  const { result, metrics } = await run(mutation, failingFakes(mutation.mutationCase.fakes, error));
  assert.deepEqual(result.data, { [mutation.name]: null });
  assert.deepEqual(
    result.errors?.map(({ message, extensions }) => ({ message, extensions })),
    [{ message: errorCatalogue.INTERNAL.publicMessage, extensions: { code: 'INTERNAL' } }],
  );
  const sample = `tiffin_graphql_undeclared_errors_total{field="${mutation.name}",code="${code}"} 1`;
  assert.ok((await metrics.text()).includes(sample), `${sample} was not counted.`);
}

async function assertRefusesStrangers<Clients extends object>(mutation: Mutation<Clients>): Promise<void> {
  const { result, calls } = await run(mutation, mutation.mutationCase.fakes, anonymous);
  const { typeName, publicMessage } = errorCatalogue.UNAUTHENTICATED;
  const member = { __typename: typeName, code: 'UNAUTHENTICATED', message: publicMessage };
  assert.deepEqual(result, { data: { [mutation.name]: member } });
  assert.deepEqual(calls, []);
}

async function run<Clients extends object>(
  { create, document, mutationCase }: Mutation<Clients>,
  fakes: Fakes<Clients>,
  identity = mutationCase.identity ?? anonymous,
) {
  const harness = createSubgraphHarness(create, fakes);
  const result = await harness.execute(document, { variables: { input: mutationCase.input }, identity });
  return { result, calls: harness.calls.map(({ request }) => request), metrics: harness.metrics };
}

/** The same functions, all of which fail. */
function failingFakes<Clients>(fakes: Fakes<Clients>, error: AppError): Fakes<Clients> {
  const failing = async () => {
    throw error;
  };
  const clients = Object.entries<object>(fakes as Record<string, object>).map(([client, methods]) => [
    client,
    Object.fromEntries(Object.keys(methods).map((method) => [method, failing])),
  ]);
  return Object.fromEntries(clients);
}

/** Reads the success and every field of every error that the mutation may answer with. */
function documentOf<Clients>(
  name: string,
  codes: readonly ErrorCode[],
  { selection, successType = `${capitalized(name)}Success` }: MutationCase<Clients>,
): string {
  const members = codes.map((code) => {
    const fields = Object.keys(sampleDetail(code)).map((field) => compoundFields[field]?.selection ?? field);
    return fields.length > 0 ? `... on ${errorCatalogue[code].typeName} { ${fields.join(' ')} }` : '';
  });
  return `mutation ($input: ${capitalized(name)}Input!) {
    ${name}(input: $input) {
      __typename
      ... on ${successType} { ${selection} }
      ... on Error { code message }
      ${members.join('\n      ')}
    }
  }`;
}

const money = (field: string) => ({
  selection: `${field} { amountCents currency }`,
  sample: { amountCents: 2 ** 40, currency: 'EUR' },
});

/** The fields of details that are neither text nor a number. */
const compoundFields: Readonly<Record<string, { readonly selection: string; readonly sample: unknown }>> = {
  violations: {
    selection: 'violations { field expected }',
    sample: [{ field: 'input.name', expected: 'must be shorter' }],
  },
  currentTotal: money('currentTotal'),
  balance: money('balance'),
  maxBalance: money('maxBalance'),
  minimumTotal: money('minimumTotal'),
  startsAt: { selection: 'startsAt', sample: new Date(Date.UTC(2030, 0, 1)) },
};

/** A detail with something in each field. */
function sampleDetail<Code extends ErrorCode>(code: Code): ErrorDetails[Code] {
  const codec = detailCodec(code);
  const filled = Object.entries(codec.fromPartial({})).map(([field, empty]) => [
    field,
    sampleValue(field, empty),
  ]);
  return codec.fromPartial(Object.fromEntries(filled));
}

function sampleValue(field: string, empty: unknown): unknown {
  if (typeof empty === 'string') return `a ${field}`;
  if (typeof empty === 'number') return 7;
  return (
    compoundFields[field]?.sample ?? assert.fail(`Give compoundFields a line for the detail field ${field}.`)
  );
}

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
