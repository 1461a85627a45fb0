import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { checkPage } from '@tiffin/lib/paging/check-page';
import { decodeIdCursor, encodeIdCursor } from '@tiffin/lib/paging/cursor';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import {
  FlashSaleAdminServiceService,
  type ManagedFlashSale,
} from '@tiffin/proto/gen/tiffin/activity/v1/flash_sale_admin';
import { toFlashSaleMessage } from '../api/flash-sale-message.ts';
import { adjustFlashSaleStock } from '../domain/adjust-flash-sale-stock.ts';
import { batchGetManagedFlashSales } from '../domain/batch-get-managed-flash-sales.ts';
import { createFlashSale } from '../domain/create-flash-sale.ts';
import { deleteFlashSale } from '../domain/delete-flash-sale.ts';
import type { ActivityDeps } from '../domain/deps.ts';
import { endFlashSale } from '../domain/end-flash-sale.ts';
import { type FlashSale, maxStockUnits } from '../domain/flash-sale.ts';
import { listManagedFlashSales } from '../domain/list-managed-flash-sales.ts';
import { updateFlashSale } from '../domain/update-flash-sale.ts';
import { checkFlashSaleFields, toFlashSaleFields } from './flash-sale-fields.ts';

const maxReasonChars = 200;

/** What administrators do with flash sales. */
export function flashSaleAdmin(deps: ActivityDeps): RpcHandlers<FlashSaleAdminServiceService> {
  const respond = (sale: FlashSale) => ({ flashSale: toManagedMessage(sale, deps.clock.now()) });
  return {
    async batchGetManagedFlashSales({ ids }, context) {
      validate((v) => checkBatch(v, 'ids', ids));
      const sales = await batchGetManagedFlashSales(deps, context, ids);
      return { flashSales: sales.map((sale) => (sale ? respond(sale) : { flashSale: undefined })) };
    },

    async listManagedFlashSales({ first, after }, context) {
      const position = after === undefined ? undefined : decodeIdCursor(after);
      validate((v) => checkPage(v, { first, after }, position));
      const { items, hasNextPage } = await listManagedFlashSales(deps, context, { first, after: position });
      return {
        edges: items.map((sale) => ({ ...respond(sale), cursor: encodeIdCursor(sale.id) })),
        hasNextPage,
      };
    },

    async createFlashSale(request, context) {
      const { stock } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        checkFlashSaleFields(v, request.fields);
        v.integerBetween('stock', stock, 1, maxStockUnits);
      });
      const fields = toFlashSaleFields(request.fields);
      return deps.idempotency.run(FlashSaleAdminServiceService.createFlashSale, request, context, {
        execute: (effect) => createFlashSale(deps, context, { fields, stock }, effect),
        respond,
      });
    },

    async updateFlashSale(request, context) {
      const { flashSaleId, version } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('flashSaleId', flashSaleId);
        v.version('version', version);
        checkFlashSaleFields(v, request.fields);
      });
      const input = { flashSaleId, version, fields: toFlashSaleFields(request.fields) };
      return deps.idempotency.run(FlashSaleAdminServiceService.updateFlashSale, request, context, {
        execute: (effect) => updateFlashSale(deps, context, input, effect),
        respond,
      });
    },

    async endFlashSale(request, context) {
      const { flashSaleId } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('flashSaleId', flashSaleId);
      });
      return deps.idempotency.run(FlashSaleAdminServiceService.endFlashSale, request, context, {
        execute: (effect) => endFlashSale(deps, context, flashSaleId, effect),
        respond,
      });
    },

    async adjustFlashSaleStock(request, context) {
      const { flashSaleId, delta, reason } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('flashSaleId', flashSaleId);
        v.check('delta', delta !== 0, 'must not be zero');
        v.integerBetween('delta', delta, -maxStockUnits, maxStockUnits);
        v.length('reason', reason, 1, maxReasonChars);
      });
      return deps.idempotency.run(FlashSaleAdminServiceService.adjustFlashSaleStock, request, context, {
        execute: (effect) => adjustFlashSaleStock(deps, context, { flashSaleId, delta, reason }, effect),
        respond,
      });
    },

    async deleteFlashSale(request, context) {
      const { flashSaleId } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('flashSaleId', flashSaleId);
      });
      return deps.idempotency.run(FlashSaleAdminServiceService.deleteFlashSale, request, context, {
        execute: (effect) => deleteFlashSale(deps, context, flashSaleId, effect),
        respond: () => ({}),
      });
    },
  };
}

function toManagedMessage(sale: FlashSale, nowMs: number): ManagedFlashSale {
  const { rules, version, reserved, sold } = sale;
  return { flashSale: toFlashSaleMessage(sale, nowMs), rules: [...rules], version, reserved, sold };
}
