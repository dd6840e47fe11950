import { z } from 'zod';
import { Money } from '../../../platform/units/schema.ts';

const MOST_DIGITS = 40;
const Stated = z
  .strictObject({
    amount: Money.shape.amount.max(MOST_DIGITS).refine((text) => !text.startsWith('-'), 'zero or more'),
    currency: Money.shape.currency,
  })
  .describe('A price that is stated');

/** A price for one hour: stated, or that of a resource in the price book now. */
export const PriceInput = z
  .union([
    Stated,
    z.strictObject({ resource: z.string().min(1).max(200).describe('Key in the price book, such as p3.2xlarge') }),
  ])
  .describe('Price of one for an hour: an amount and its currency, or a resource of the price book');
export type PriceInput = z.infer<typeof PriceInput>;
