/**
 * Who may import whom, as data. A file belongs to the first row whose pattern its path matches; `own` limits a
 * permission to the file's own component (`grpc-services/shop`). What is not listed is forbidden.
 */
export interface Layer {
  readonly name: string;
  readonly files: RegExp;
  readonly mayImport: readonly Permission[] | 'anything';
}

export type Permission = { readonly own: string } | { readonly any: string };

const own = (name: string): Permission => ({ own: name });
const any = (name: string): Permission => ({ any: name });

export const layers: readonly Layer[] = [
  // Tests and what only they use may reach everywhere; nothing that runs in production may import them.
  {
    name: 'test',
    files:
      /(\.test|\.contract|-harness|-test-bed|\/test-call)\.ts$|(^|\/)testing\/|^lib\/clock\/virtual-clock|^tests\//,
    mayImport: 'anything',
  },
  { name: 'scripts', files: /^scripts\//, mayImport: 'anything' },
  // Measures parts of the gateway by their own functions.
  { name: 'bench', files: /^bench\//, mayImport: 'anything' },

  { name: 'topology', files: /^tiffin\.ts$/, mayImport: ['main', 'config', 'lib'].map(any) },
  {
    name: 'main',
    files: /^(gateway|subgraphs\/[^/]+|grpc-services\/[^/]+)\/main\.ts$|^gateway\/standalone\.ts$/,
    mayImport: [
      ...['config', 'gateway', 'subgraph', 'service root', 'door', 'domain', 'data'].map(own),
      ...['lib', 'error codes', 'proto', 'topics', 'schema'].map(any),
    ],
  },
  {
    // Light enough for the topology, which reads the variables of components that it does not load.
    name: 'config',
    files: /^(gateway|grpc-services\/[^/]+)\/[^/]+-config\.ts$/,
    mayImport: [any('lib')],
  },
  { name: 'gateway', files: /^gateway\//, mayImport: [own('gateway'), any('lib'), any('schema')] },
  {
    name: 'subgraph',
    files: /^subgraphs\//,
    mayImport: [own('subgraph'), ...['lib', 'error codes', 'proto', 'schema'].map(any)],
  },
  {
    name: 'door',
    files: /^grpc-services\/[^/]+\/(api|admin|jobs|tasks)\//,
    mayImport: [own('door'), own('domain'), ...['lib', 'error codes', 'proto', 'topics'].map(any)],
  },
  {
    // Another service only through a client that main.ts hands over, typed from proto/gen.
    name: 'domain',
    files: /^grpc-services\/[^/]+\/domain\//,
    mayImport: [own('domain'), own('data'), ...['lib', 'error codes', 'proto', 'topics'].map(any)],
  },
  {
    // Values are cached as the messages that they become.
    name: 'data',
    files: /^grpc-services\/[^/]+\/data\//,
    mayImport: [own('data'), any('lib'), any('proto')],
  },
  {
    name: 'service root',
    files: /^grpc-services\//,
    mayImport: [...['service root', 'domain', 'data'].map(own), any('lib')],
  },
  { name: 'lib', files: /^lib\//, mayImport: [any('lib'), any('error codes')] },
  {
    name: 'error codes',
    files: /^proto\/gen\/(tiffin\/(error|event)\/|google\/|rpc-error-codes)/,
    mayImport: [any('error codes'), any('proto')],
  },
  // Which events there are: as much a contract as the messages in them.
  { name: 'topics', files: /^proto\/topics\//, mayImport: ['lib', 'proto'].map(any) },
  { name: 'proto', files: /^proto\//, mayImport: [any('proto'), any('error codes')] },
  { name: 'schema', files: /^schema\//, mayImport: [any('schema')] },
];

/** Packages that only some folders may import, so that each library is met in one place. */
export interface PackageHome {
  readonly packages: RegExp;
  readonly homes: RegExp;
  /** Completes "… may be imported only by …". */
  readonly where: string;
}

export const packageHomes: readonly PackageHome[] = [
  {
    packages: /^(@mikro-orm\/|kysely$|@electric-sql\/|pg$)/,
    homes: /^lib\/(delayed|engines|events|idempotency|ids|tcc)\/|\/data\//,
    where: 'lib/delayed, lib/engines, lib/events, lib/idempotency, lib/ids, lib/tcc and the data folders',
  },
  {
    packages: /^(ioredis|ioredis-mock|rate-limiter-flexible)$/,
    homes: /^lib\/|\/data\//,
    where: 'lib and the data folders',
  },
  { packages: /^kafkajs$/, homes: /^lib\//, where: 'lib' },
  { packages: /^@grpc\//, homes: /^(lib|proto\/gen)\//, where: 'lib and proto/gen' },
  { packages: /^(pino|prom-client)$/, homes: /^lib\/telemetry\//, where: 'lib/telemetry' },
  { packages: /^zod(\/|$)/, homes: /^lib\/config\//, where: 'lib/config' },
  { packages: /^jose$/, homes: /^lib\/identity\//, where: 'lib/identity' },
  {
    packages: /^(graphql|graphql-http|graphql-jit|dataloader|@apollo\/.*)$/,
    homes: /^(lib|gateway|subgraphs|schema)\//,
    where: 'lib, gateway, subgraphs and schema',
  },
];
