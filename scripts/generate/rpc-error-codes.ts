import type { Contracts } from './contracts.ts';
import { headerOf } from './header.ts';

/**
 * proto/gen/rpc-error-codes.ts: the declared codes of each rpc, the type that demands a test for each pair, and the
 * rpcs that may be sent again after an error.
 */
export function rpcErrorCodes(contracts: Contracts): string {
  const services = [...new Set(contracts.rpcs.map((rpc) => rpc.service))];
  const rows = contracts.rpcs.map(
    (rpc) => `  '${rpc.path}': [${rpc.codes.map((code) => `'${code}'`).join(', ')}],`,
  );
  const repeatable = contracts.rpcs.flatMap((rpc) => {
    const when = rpc.onlyReads ? 'always' : rpc.takesKey ? 'with key' : undefined;
    return when ? [`  '${rpc.path}': '${when}',`] : [];
  });
  return `${headerOf('the options and the keys of the rpcs in proto/tiffin')}

/** Codes that an rpc may return besides INTERNAL, CANCELLED and the infrastructure codes. */
export const rpcErrorCodes = {
${rows.join('\n')}
} as const;

export type RpcPath = keyof typeof rpcErrorCodes;

/** Rpcs that may be sent again when nobody knows whether they ran: those that only read, those that carry a key. */
export const repeatableRpcs = {
${repeatable.join('\n')}
} as const satisfies { readonly [Path in RpcPath]?: 'always' | 'with key' };

export type RpcServiceName =
${services.map((service) => `  | '${service}'`).join('\n')};

type CodesOf<Path extends RpcPath> = (typeof rpcErrorCodes)[Path][number];

/**
 * One entry for each (rpc, code) that the service declares: rpc name → code → what proves it. Put
 * \`satisfies RpcErrorCases<'tiffin.shop.v1.ShopService', …>\` on a table, and tsc names each missing and each
 * surplus pair.
 */
export type RpcErrorCases<Service extends RpcServiceName, Case = () => unknown> = {
  [Path in RpcPath as Path extends \`/\${Service}/\${infer Rpc}\`
    ? [CodesOf<Path>] extends [never]
      ? never
      : Rpc
    : never]: { [Code in CodesOf<Path>]: Case };
};
`;
}
