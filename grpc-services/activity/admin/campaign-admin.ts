import { validate } from '@tiffin/lib/errors/invalid-argument';
import { checkBatch } from '@tiffin/lib/paging/check-batch';
import { checkPage } from '@tiffin/lib/paging/check-page';
import { decodeIdCursor, encodeIdCursor } from '@tiffin/lib/paging/cursor';
import type { RpcHandlers } from '@tiffin/lib/rpc/service';
import {
  CampaignAdminServiceService,
  type Campaign as CampaignMessage,
} from '@tiffin/proto/gen/tiffin/activity/v1/campaign_admin';
import { toCouponMessage } from '../api/coupon-message.ts';
import { batchGetCampaigns } from '../domain/batch-get-campaigns.ts';
import type { Campaign } from '../domain/campaign.ts';
import type { Coupon } from '../domain/coupon.ts';
import { createCampaign } from '../domain/create-campaign.ts';
import type { ActivityDeps } from '../domain/deps.ts';
import { endCampaign } from '../domain/end-campaign.ts';
import { grantCoupon } from '../domain/grant-coupon.ts';
import { listCampaigns } from '../domain/list-campaigns.ts';
import { updateCampaign } from '../domain/update-campaign.ts';
import { checkCampaignFields, toCampaignFields } from './campaign-fields.ts';

/** What administrators do with campaigns. */
export function campaignAdmin(deps: ActivityDeps): RpcHandlers<CampaignAdminServiceService> {
  return {
    async batchGetCampaigns({ ids }, context) {
      validate((v) => checkBatch(v, 'ids', ids));
      const campaigns = await batchGetCampaigns(deps, context, ids);
      return {
        campaigns: campaigns.map((campaign) => ({ campaign: campaign && toCampaignMessage(campaign) })),
      };
    },

    async listCampaigns({ first, after }, context) {
      const position = after === undefined ? undefined : decodeIdCursor(after);
      validate((v) => checkPage(v, { first, after }, position));
      const { items, hasNextPage } = await listCampaigns(deps, context, { first, after: position });
      return {
        edges: items.map((campaign) => ({
          campaign: toCampaignMessage(campaign),
          cursor: encodeIdCursor(campaign.id),
        })),
        hasNextPage,
      };
    },

    async createCampaign(request, context) {
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        checkCampaignFields(v, request.fields);
      });
      const fields = toCampaignFields(request.fields);
      return deps.idempotency.run(CampaignAdminServiceService.createCampaign, request, context, {
        execute: (effect) => createCampaign(deps, context, fields, effect),
        respond: toCampaignAnswer,
      });
    },

    async updateCampaign(request, context) {
      const { campaignId, version } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('campaignId', campaignId);
        v.version('version', version);
        checkCampaignFields(v, request.fields);
      });
      const input = { campaignId, version, fields: toCampaignFields(request.fields) };
      return deps.idempotency.run(CampaignAdminServiceService.updateCampaign, request, context, {
        execute: (effect) => updateCampaign(context, input, effect),
        respond: toCampaignAnswer,
      });
    },

    async endCampaign(request, context) {
      const { campaignId } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('campaignId', campaignId);
      });
      return deps.idempotency.run(CampaignAdminServiceService.endCampaign, request, context, {
        execute: (effect) => endCampaign(deps, context, campaignId, effect),
        respond: toCampaignAnswer,
      });
    },

    async grantCoupon(request, context) {
      const { campaignId, userId } = request;
      validate((v) => {
        v.idempotencyKey('idempotencyKey', request.idempotencyKey);
        v.id('campaignId', campaignId);
        v.id('userId', userId);
      });
      return deps.idempotency.run(CampaignAdminServiceService.grantCoupon, request, context, {
        execute: (effect) => grantCoupon(deps, context, { campaignId, userId }, effect),
        respond: (coupon: Coupon) => ({ coupon: toCouponMessage(coupon, deps.clock.now()) }),
      });
    },
  };
}

function toCampaignAnswer(campaign: Campaign): { campaign: CampaignMessage } {
  return { campaign: toCampaignMessage(campaign) };
}

function toCampaignMessage(campaign: Campaign): CampaignMessage {
  return { ...campaign, trigger: `CAMPAIGN_TRIGGER_${campaign.trigger}` };
}
