import { AppError } from '@tiffin/lib/errors/app-error';
import { type Validator, validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch, maxBatchKeys } from '@tiffin/lib/paging/check-batch';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import type { AccessRule, AccessServiceService } from '@tiffin/proto/gen/tiffin/access/v1/access';
import { accessRuleLimits } from '@tiffin/proto/limits/access-rule-limits';
import type { CheckAccess, RuledSale, Verdict } from '../domain/check-access.ts';
import type { Looked } from '../domain/look-up-facts.ts';

const { maxRules, maxMinDays, maxAreas, maxAreaChars, maxMinOrders } = accessRuleLimits;

/** Who may take part in a flash sale. */
export function accessApi(checkAccess: CheckAccess): RpcHandlers<AccessServiceService> {
  return {
    async checkAccess(request, context) {
      const { userId, addressId } = request;
      validate((v) => {
        checkUser(v, request);
        checkSale(v, '', request);
      });
      const [verdict] = (await checkAccess(context, { userId, addressId }, [request])) as [Verdict];
      if (verdict instanceof AppError) throw verdict;
      return verdict;
    },

    async batchCheckAccess(request, context) {
      const { userId, addressId, flashSales } = request;
      validate((v) => {
        checkUser(v, request);
        checkBatch(v, 'flashSales', flashSales);
        flashSales.slice(0, maxBatchKeys).forEach((sale, index) => {
          checkSale(v, `flashSales[${index}].`, sale);
        });
      });
      const verdicts = await checkAccess(context, { userId, addressId }, flashSales);
      // Whoever is nobody has no verdict of any flash sale.
      const nobody = verdicts.find((verdict) => AppError.is(verdict, 'USER_NOT_FOUND'));
      if (nobody) throw nobody;
      return { verdicts: verdicts.map((one) => ({ verdict: one instanceof AppError ? undefined : one })) };
    },
  };
}

function checkUser(v: Validator, { userId, addressId }: Looked): void {
  v.id('userId', userId);
  if (addressId !== undefined) v.id('addressId', addressId);
}

/** `within` comes before the names of fields. */
function checkSale(v: Validator, within: string, { flashSaleId, version, rules }: RuledSale): void {
  v.id(`${within}flashSaleId`, flashSaleId);
  v.version(`${within}version`, version);
  v.check(`${within}rules`, rules.length <= maxRules, `must hold at most ${maxRules}`);
  rules.slice(0, maxRules).forEach((rule, index) => {
    checkRule(v, `${within}rules[${index}]`, rule);
  });
}

function checkRule(v: Validator, field: string, { rule }: AccessRule): void {
  switch (rule?.$case) {
    case 'accountAge':
      v.integerBetween(`${field}.minDays`, rule.value.minDays, 1, maxMinDays);
      break;
    case 'area':
      checkAreas(v, `${field}.areas`, rule.value.areas);
      break;
    case 'pastOrders':
      v.integerBetween(`${field}.minOrders`, rule.value.minOrders, 1, maxMinOrders);
      break;
    case undefined:
      v.check(field, false, 'must be a rule of a known kind');
  }
}

function checkAreas(v: Validator, field: string, areas: readonly string[]): void {
  v.check(field, areas.length > 0 && areas.length <= maxAreas, `must hold 1 to ${maxAreas}`);
  areas.slice(0, maxAreas).forEach((area, index) => {
    v.length(`${field}[${index}]`, area, 1, maxAreaChars);
  });
}
