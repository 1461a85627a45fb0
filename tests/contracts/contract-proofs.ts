import { type CheckStep, checkSteps } from '../../scripts/check/steps.ts';
import { findErrorTables } from '../../scripts/check/test-tables.ts';
import { writeFiles } from '../../scripts/generate/drift.ts';
import { generateFiles } from '../../scripts/generate/generate-files.ts';
import { createScratchCopy, type ScratchCopy } from './scratch-copy.ts';

/** A change of the contracts that must not pass unnoticed. `run` answers what noticed it, or throws. */
export interface ContractProof {
  readonly name: string;
  readonly run: (rootDir: string) => Promise<string[]>;
}

const ERRORS = 'proto/tiffin/error/v1/error.proto';
const SHOP = 'proto/tiffin/shop/v1/shop.proto';
const MAX_LINES = 20;
/** What all that a proof breaks on the shop's side shows in; the untouched copy is checked whole. */
const SHOP_SIDE = ['grpc-services/shop', 'subgraphs/shop', 'lib/errors'];
const SHOP_SERVICE = 'tiffin.shop.v1.ShopService';

export const contractProofs: readonly ContractProof[] = [
  proof('the untouched copy passes', async ({ rootDir }) => {
    const { types, breaking, generated, composition, tables } = checkSteps;
    for (const step of [types, breaking, generated, composition, tables]) {
      const found = await step.find(rootDir);
      if (found.length > 0) throw new Error(`${step.name} finds in the untouched copy:\n${firstOf(found)}`);
    }
    return ['nothing'];
  }),

  proof('a generated file edited by hand is drift', async (copy) => {
    await copy.edit('lib/errors/error-catalogue.gen.ts', 'retryable: false', 'retryable: true');
    return [await noticed(checkSteps.generated, copy, 'lib/errors/error-catalogue.gen.ts is stale')];
  }),

  proof('a changed proto file that was not regenerated is drift', async (copy) => {
    await copy.edit(ERRORS, 'There is no such shop.', 'We know no such shop.');
    return [await noticed(checkSteps.generated, copy, 'docs/errors.md is stale')];
  }),

  proof('a removed code breaks the build', async (copy) => {
    await copy.edit(ERRORS, /^.*ERROR_CODE_ALREADY_REVIEWED.*\n/m, '');
    await copy.edit(ERRORS, /message AlreadyReviewed \{[^}]*\}\n/, '');
    await copy.edit(SHOP, /^.*ERROR_CODE_ALREADY_REVIEWED.*\n/m, '');
    await regenerate(copy);
    return [
      await noticed(checkSteps.breaking, copy, 'on enum "ErrorCode" was deleted'),
      await noticedByTypes(copy, 'ALREADY_REVIEWED'),
    ];
  }),

  proof('a renamed code breaks the build', async (copy) => {
    await copy.edit(ERRORS, 'ERROR_CODE_ALREADY_REVIEWED', 'ERROR_CODE_REVIEWED_ALREADY');
    await copy.edit(ERRORS, 'message AlreadyReviewed {', 'message ReviewedAlready {');
    await copy.edit(SHOP, 'ERROR_CODE_ALREADY_REVIEWED', 'ERROR_CODE_REVIEWED_ALREADY');
    await regenerate(copy);
    return [
      await noticed(checkSteps.breaking, copy, 'ERROR_CODE_REVIEWED_ALREADY'),
      await noticedByTypes(copy, 'ALREADY_REVIEWED'),
    ];
  }),

  proof('a code added to an rpc demands a test', async (copy) => {
    const table = await tableOf(SHOP_SERVICE, copy);
    const declared = 'option (tiffin.error.v1.may_return) = ERROR_CODE_ALREADY_REVIEWED;';
    await copy.edit(
      SHOP,
      declared,
      `${declared}\n    option (tiffin.error.v1.may_return) = ERROR_CODE_OUT_OF_STOCK;`,
    );
    await regenerate(copy);
    return [await noticedByTypes(copy, 'OUT_OF_STOCK', table)];
  }),

  proof('an rpc that gets an idempotency key demands tests that it heeds it', async (copy) => {
    const table = await tableOf(SHOP_SERVICE, copy);
    await copy.edit(
      SHOP,
      'message ListShopsRequest {',
      'message ListShopsRequest {\n  string idempotency_key = 9;',
    );
    await regenerate(copy);
    return [await noticedByTypes(copy, "'ListShops'", table)];
  }),

  proof('a mutation whose rpc takes no idempotency key is refused', async (copy) => {
    await copy.edit(SHOP, /(message AddReviewRequest \{\s+string )idempotency_key/, '$1attempt');
    return [
      await noticed(
        checkSteps.generated,
        copy,
        'Mutation.addReview in schema/shop.graphql has an idempotencyKey in its input that the rpc AddReview does not take',
      ),
    ];
  }),

  proof('a service without a table of error cases is found', async (copy) => {
    await copy.edit(
      await tableOf(SHOP_SERVICE, copy),
      'satisfies RpcErrorCases<',
      'satisfies Record<string, unknown> & Partial<',
    );
    return [await noticed(checkSteps.tables, copy, `${SHOP_SERVICE} has no test`)];
  }),

  proof('a field without a resolver is found', async (copy) => {
    await copy.edit(
      'schema/shop.graphql',
      '"The name over the door."',
      '"Of its walls."\n  color: String!\n  "The name over the door."',
    );
    await regenerate(copy);
    return [await noticedByTypes(copy, "'color'", 'subgraphs/shop/')];
  }),

  proof('a mutation without an rpc is refused', async (copy) => {
    await copy.edit(
      'schema/shop.graphql',
      'type Mutation {',
      'type Mutation {\n  "Paints a shop."\n  paintShop(input: PaintShopInput!): PaintShopResult @public',
    );
    return [
      await noticed(
        checkSteps.generated,
        copy,
        'Mutation.paintShop in schema/shop.graphql has no rpc PaintShop',
      ),
    ];
  }),
];

function proof(name: string, run: (copy: ScratchCopy) => Promise<string[]>): ContractProof {
  return {
    name,
    async run(rootDir) {
      const copy = await createScratchCopy(rootDir);
      try {
        return await run(copy);
      } finally {
        await copy.remove();
      }
    },
  };
}

async function regenerate({ rootDir }: ScratchCopy): Promise<void> {
  await writeFiles(rootDir, await generateFiles(rootDir));
}

async function tableOf(service: string, { rootDir }: ScratchCopy): Promise<string> {
  const table = (await findErrorTables(rootDir)).get(service);
  if (!table) throw new Error(`${service} has no table of error cases to prove anything with.`);
  return table;
}

/** Checks a part of the files in the way of all; those take the processor five times as long, and show the same and more. */
async function noticedByTypes(copy: ScratchCopy, text: string, place?: string): Promise<string> {
  const include = [...SHOP_SIDE.map((folder) => `${folder}/**/*.ts`), 'lib/**/*.d.ts'];
  await copy.edit('tsconfig.json', '"include": ["**/*.ts"]', `"include": ${JSON.stringify(include)}`);
  return noticed(checkSteps.types, copy, text, place);
}

/** The first finding of a step that names the place and holds the text. */
async function noticed(step: CheckStep, { rootDir }: ScratchCopy, text: string, place = ''): Promise<string> {
  const lines = await step.find(rootDir);
  const finding = findingsOf(lines).find(([first, ...rest]) => {
    return first.includes(place) && [first, ...rest].join('\n').includes(text);
  });
  if (!finding) throw new Error(`${step.name} did not notice it. It found:\n${firstOf(lines)}`);
  return `${step.name}: ${finding[0]}`;
}

/** Lines with the indented lines below them: tsc puts the reason under the place. */
function findingsOf(lines: readonly string[]): [string, ...string[]][] {
  const findings: [string, ...string[]][] = [];
  for (const line of lines) {
    if (line.startsWith(' ')) findings.at(-1)?.push(line);
    else findings.push([line]);
  }
  return findings;
}

function firstOf(lines: readonly string[]): string {
  return lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES), '…'].join('\n') : lines.join('\n');
}
