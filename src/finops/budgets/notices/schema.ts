import { z } from 'zod';
import { UtcInstant } from '../../../platform/units/schema.ts';

export const BudgetNotice = z
  .strictObject({
    threshold: z
      .string()
      .describe(
        'Share of the limit that was reached, such as "0.8"; "forecast:0.8": a forecast to pass it with that probability; "exhausted": no money was left; "stopped": the budget stopped work',
      ),
    noticedAt: UtcInstant.describe('When it was detected and the notice was sent'),
  })
  .describe('A threshold that was crossed');
