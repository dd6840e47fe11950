import { z } from 'zod';
import { Currency, DecimalString, Money, UtcInstant } from '../../../platform/units/schema.ts';

/** A resource in use and its cost, hour by hour. */
export const HeldItem = z
  .strictObject({
    item: z.string().describe('Identity of the item: recommendations with the same item overlap'),
    what: z.string().describe('Display name of the item'),
    currency: Currency.nullable().describe('Currency of its costs; null: it has no price'),
    start: UtcInstant.describe('First hour'),
    costs: z
      .array(DecimalString.nullable().describe('Cost of the hour; null: not measured, or without a price'))
      .describe('Costs by hour, from the first hour on'),
    within: z
      .array(z.string().describe('Item'))
      .default([])
      .describe('Larger items that include its cost, such as all hours of one price: resource:g5.xlarge'),
    gpus: z
      .array(z.string().describe('Name of a GPU'))
      .default([])
      .describe(
        'GPUs that it holds now, by the names of their readings: a recommendation for one of them overlaps with this item',
      ),
  })
  .describe('Held resource with its cost by the hour');
export type HeldItem = z.infer<typeof HeldItem>;

/** Remaining share of an item. */
export const Effect = z
  .strictObject({
    item: z.string().describe('Item'),
    keep: z
      .array(z.number().min(0).max(1).describe('Share of the hour that is still paid, 0 to 1'))
      .describe('Shares by hour, like the costs of the item; a single value is used for all hours'),
    range: z
      .strictObject({
        least: z.number().min(0).max(1).describe('Lower end'),
        most: z.number().min(0).max(1).describe('Upper end'),
      })
      .nullable()
      .default(null)
      .describe('95 % interval of an estimated share; null: not estimated'),
    isElsewhere: z
      .boolean()
      .default(false)
      .describe(
        'True: the remaining share is paid as another resource (spot, other hardware), so that no commitment covers it',
      ),
  })
  .describe('Share of an item that remains after a recommendation');
export type Effect = z.infer<typeof Effect>;

/** A quantity bought for every hour, used or not; it covers the hourly cost of the item up to that quantity. */
export const Commitment = z
  .strictObject({
    item: z.string().describe('Item whose hours it covers, at the on-demand price'),
    quantity: DecimalString.describe('Units committed to in every hour'),
    onDemandPerHour: DecimalString.describe('Price of one unit for an hour on demand'),
    committedPerHour: DecimalString.describe('Price of one unit for an hour with the commitment, used or not'),
  })
  .describe('Commitment to buy');
export type Commitment = z.infer<typeof Commitment>;

export const Saving = z
  .strictObject({
    monthly: Money.nullable().describe('Saving per month of 730 hours; null: not known'),
    lower: Money.nullable().describe('Lower end of the 95 % interval of the saving'),
    upper: Money.nullable().describe('Upper end of the 95 % interval of the saving'),
    cost: Money.nullable().describe('Present monthly cost of all items that it changes'),
    reason: z.string().nullable().describe('Reason for an unknown saving; null when it is known'),
  })
  .describe('Saving per month');
export type Saving = z.infer<typeof Saving>;
