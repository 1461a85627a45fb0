import { after, before } from 'node:test';
import { type RpcErrorCase, testRpcErrorCases } from '@tiffin/lib/testing/rpc-error-cases';
import type { RpcErrorCases } from '@tiffin/proto/gen/rpc-error-codes';
import { type AccessTestBed, createAccessTestBed, olderThan, orderedOften } from './access-test-bed.ts';

let bed: AccessTestBed;
before(async () => {
  bed = await createAccessTestBed();
});
after(() => bed.stop());

testRpcErrorCases('tiffin.access.v1.AccessService', {
  CheckAccess: { USER_NOT_FOUND: () => bed.ask([olderThan(1)], { userId: '999' }) },
  BatchCheckAccess: {
    USER_NOT_FOUND: () => bed.askOfMany([[orderedOften(1)], [olderThan(1)]], { userId: '999' }),
  },
} satisfies RpcErrorCases<'tiffin.access.v1.AccessService', RpcErrorCase>);
