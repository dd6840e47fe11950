import { z } from 'zod';
import { Money } from '../../../platform/units/schema.ts';

/** `20 USD` or `0.5EUR`, or the money that such a text was parsed to. */
export const MoneyText = z.union(
  [
    Money,
    z
      .string()
      .regex(/^\d+(\.\d+)? ?[A-Z][A-Z0-9_]{2,15}$/)
      .transform((word) => {
        const [, amount = '', currency = ''] = /^([\d.]+) ?(\w+)$/.exec(word) ?? [];
        return { amount, currency };
      })
      .pipe(Money),
  ],
  'an amount and its currency, such as 20 USD',
);
