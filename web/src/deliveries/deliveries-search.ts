import { z } from 'zod';
import { DeliveryId, Standing } from '../../../src/finops/billing/schema.ts';
import { Month } from '../../../src/platform/units/schema.ts';

const text = z.string().min(1).max(300).optional().catch(undefined);
const page = z.coerce.number().int().min(0).optional().catch(undefined);
const month = Month.optional().catch(undefined);

/** URL parameters of the deliveries page; a missing parameter has its default. */
export const DeliveriesSearch = z.object({
  /** Only deliveries of this source. */
  source: text,
  /** Only deliveries of this billing period; `period` is the frame's. */
  month,
  standing: Standing.optional().catch(undefined),
  currency: text,
  /** `table` shows the picture as figures. */
  chart: z.enum(['table']).optional().catch(undefined),
  /** The source with its last sync in the drawer. */
  sync: text,
});
export type DeliveriesSearch = z.infer<typeof DeliveriesSearch>;

/** Tabs of a bill; the first is shown when none is named. */
export const DELIVERY_TABS = ['months', 'quality', 'files'] as const;

export const DeliverySearch = z.object({
  tab: z.enum(DELIVERY_TABS).optional().catch(undefined),
  /** The open confirmation: revert, prefer this delivery, or count it in addition to the others. */
  ask: z.enum(['revert', 'prefer', 'beside']).optional().catch(undefined),
  /** Billing period that the question is about; all of the delivery when left out. */
  month,
});
export type DeliverySearch = z.infer<typeof DeliverySearch>;

export const CompareSearch = z.object({
  a: DeliveryId.optional().catch(undefined),
  b: DeliveryId.optional().catch(undefined),
  month,
  /** Dimension of the money; services when left out. */
  by: text,
  /** Which rows are listed; the changed ones when left out. */
  rows: z.enum(['added', 'removed']).optional().catch(undefined),
  /** Rows skipped. */
  skip: page,
});
export type CompareSearch = z.infer<typeof CompareSearch>;
