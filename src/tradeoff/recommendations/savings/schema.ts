import { z } from 'zod';
import { Currency, DecimalString, Money, UtcInstant } from '../../../platform/units/schema.ts';

/** A resource in use and its cost, hour by hour. */
export const HeldItem = z
  .strictObject({
    item: z.string().describe('What tells it apart: recommendations that name the same one overlap'),
    what: z.string().describe('The same in words'),
    currency: Currency.nullable().describe('Currency of its costs; null: it has no price'),
    start: UtcInstant.describe('First hour'),
    costs: z
      .array(DecimalString.nullable().describe('Cost of the hour; null: not measured, or without a price'))
      .describe('By hour from the first on'),
    within: z
      .array(z.string().describe('Item'))
      .default([])
      .describe('Larger items that its cost is a part of, such as all hours of one price: resource:g5.xlarge'),
    gpus: z
      .array(z.string().describe('Name of a GPU'))
      .default([])
      .describe('GPUs that it holds now, as their readings name them: advice about one of them is about this too'),
  })
  .describe('What is held, with its cost by the hour');
export type HeldItem = z.infer<typeof HeldItem>;

/** Remaining share of an item. */
export const Effect = z
  .strictObject({
    item: z.string().describe('Item'),
    keep: z
      .array(z.number().min(0).max(1).describe('Part of the hour that would still be paid, 0 to 1'))
      .describe('By hour, as the costs of the item; one value holds for all hours'),
    range: z
      .strictObject({
        least: z.number().min(0).max(1).describe('Lower end'),
        most: z.number().min(0).max(1).describe('Upper end'),
      })
      .nullable()
      .default(null)
      .describe('95 % interval of the part that is kept, where that is an estimate itself; null: it is not'),
    isElsewhere: z
      .boolean()
      .default(false)
      .describe(
        'True: what is kept is paid for as something else (spot, other hardware), so that no commitment covers it',
      ),
  })
  .describe('What a recommendation leaves of an item');
export type Effect = z.infer<typeof Effect>;

/** Bought for every hour, used or not: the item's cost of an hour is covered up to a quantity. */
export const Commitment = z
  .strictObject({
    item: z.string().describe('Item whose hours it covers, at the on-demand price'),
    quantity: DecimalString.describe('Units committed to in every hour'),
    onDemandPerHour: DecimalString.describe('Price of one unit for an hour on demand'),
    committedPerHour: DecimalString.describe('The same with the commitment, whether it is used or not'),
  })
  .describe('What is committed to');
export type Commitment = z.infer<typeof Commitment>;

export const Saving = z
  .strictObject({
    monthly: Money.nullable().describe('Saving in a month of 730 hours; null: not known'),
    lower: Money.nullable().describe('Lower end of its 95 % interval'),
    upper: Money.nullable().describe('Upper end'),
    cost: Money.nullable().describe('What all that it touches costs in a month now'),
    reason: z.string().nullable().describe('Why it is not known; null when it is'),
  })
  .describe('What is saved in a month');
export type Saving = z.infer<typeof Saving>;
