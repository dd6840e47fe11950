import { z } from 'zod';
import { endpoint, PartialAnswer } from '../../../platform/contract/schema.ts';
import { Currency, DecimalString } from '../../../platform/units/schema.ts';
import { CostMetric, DEFAULT_METRIC } from '../../billing/schema.ts';
import { Dimensions, Filters, LeftOut } from '../selection/schema.ts';

const MONTH = '\\d{4}-(?:0[1-9]|1[0-2])';
const DAY = `${MONTH}-(?:0[1-9]|[12]\\d|3[01])`;

export const ComparedPeriod = z
  .string()
  .regex(
    new RegExp(`^(?:${DAY}(?:\\.\\.${DAY})?|${MONTH}(?:\\.\\.${MONTH})?)$`),
    'a month (2026-11), a day (2026-11-03), or a range of either (2026-11-01..2026-11-07)',
  )
  .describe('Billing month, charge day, or a range of either with both ends included: 2026-11-01..2026-11-07');

/** In the order of a waterfall from the cost before to the cost after. */
export const effectNames = [
  'price',
  'volume',
  'mix',
  'new',
  'gone',
  'unmeasured',
  'purchase',
  'credit',
  'tax',
  'adjustment',
] as const;
export type EffectName = (typeof effectNames)[number];

const describeEffect = (what: string) => DecimalString.describe(what);

export const Effects = z
  .strictObject({
    price: describeEffect('(p1 - p0) x q1 of SKUs in both periods; p = cost / quantity, q = pricing quantity'),
    volume: describeEffect(
      'cost before x (Q1 / Q0 - 1); Q = quantity of the service in one unit, at the mix of before',
    ),
    mix: describeEffect('the rest of their change: the share of more expensive SKUs changed'),
    new: describeEffect('usage of SKUs without usage in the period before'),
    gone: describeEffect('usage of SKUs without usage in the period after'),
    unmeasured: describeEffect('usage without pricing quantity or unit: the effects cannot be separated'),
    purchase: describeEffect('purchases, such as commitments'),
    credit: describeEffect('credits'),
    tax: describeEffect('taxes'),
    adjustment: describeEffect('adjustments'),
  })
  .describe(
    'Parts of the change; they add up to it to the last decimal; a part below half a cent counts with the largest',
  );
export type Effects = z.infer<typeof Effects>;

const change = {
  currency: Currency,
  before: DecimalString.describe('Exact cost of the period before; 0 without any'),
  after: DecimalString.describe('Exact cost of the period after; 0 without any'),
  change: DecimalString.describe('after - before, exact; 0 when it is below half a cent'),
  effects: Effects,
};

const Values = z
  .record(z.string(), z.string().nullable())
  .describe('Value of each dimension that was grouped by; null for none');

const Side = z
  .strictObject({
    cost: DecimalString.describe('Exact cost; 0 without any'),
    quantity: DecimalString.nullable().describe('Pricing quantity; null when unmeasured or not there'),
    unitPrice: DecimalString.nullable().describe('cost / quantity, twelve decimals; null without a quantity'),
    rows: z.number().int().describe('Rows, or shares of rows'),
  })
  .describe('One side of a comparison');

export const Driver = z
  .strictObject({
    values: Values,
    serviceName: z.string().nullable().describe('FOCUS ServiceName; null for none'),
    sku: z
      .string()
      .nullable()
      .describe('FOCUS SkuId, else SkuMeter, else ChargeDescription; null when a row has none of them'),
    description: z.string().nullable().describe('A ChargeDescription of it; null for none'),
    chargeCategory: z.string().nullable().describe('FOCUS ChargeCategory; null for none'),
    pricingCategory: z.string().nullable().describe('FOCUS PricingCategory; null for none'),
    pricingUnit: z.string().nullable().describe('FOCUS PricingUnit; null when unmeasured'),
    effect: z.enum(effectNames).describe('The largest of its effects'),
    was: Side,
    is: Side,
    currency: Currency,
    change: DecimalString.describe('is.cost - was.cost, exact; 0 when it is below half a cent'),
    effects: Effects,
    filter: z.array(z.string()).describe('Filters by which `cost rows` lists its rows, in either period'),
  })
  .describe('One SKU and its effect on the cost');
export type Driver = z.infer<typeof Driver>;

export const ExplainedGroup = z
  .strictObject({ values: Values, ...change })
  .describe('The change of one group and its parts');
export type ExplainedGroup = z.infer<typeof ExplainedGroup>;

const Range = z
  .strictObject({
    from: z.string().describe('First billing month or charge day'),
    to: z.string().describe('Last billing month or charge day (included)'),
    leftOut: LeftOut,
  })
  .describe('A compared period, in the format of `costs/rows`');

export const explainCosts = endpoint({
  method: 'GET',
  path: '/api/v1/costs/explain',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Explain the change of cost between two periods: price, volume, mix, new and gone SKUs',
  query: z.strictObject({
    from: ComparedPeriod.describe('Period before: 2026-10, 2026-10-03 or 2026-10-01..2026-10-07'),
    to: ComparedPeriod.describe('Period after'),
    by: Dimensions.describe('Dimensions of the groups, at most four; default serviceName'),
    metric: CostMetric.default(DEFAULT_METRIC),
    filter: Filters.describe('Filters, all of which must hold'),
    limit: z.coerce.number().int().min(1).max(1000).default(50).describe('Groups and drivers listed at most'),
  }),
  response: z.strictObject({
    metric: CostMetric,
    from: Range,
    to: Range,
    totals: z
      .array(z.strictObject(change))
      .describe('The whole change by currency; before, effects, after are the steps of a waterfall'),
    groups: z.array(ExplainedGroup).describe('Groups, largest change first'),
    otherGroups: z
      .array(z.strictObject({ groups: z.number().int().describe('Groups that are not listed'), ...change }))
      .describe('The groups beyond the limit as one, by currency; empty when all are listed'),
    drivers: z.array(Driver).describe('SKUs with the largest effects, largest first'),
    partial: PartialAnswer,
  }),
  errors: ['dimension_unknown', 'bill_period_not_covered'],
});
export type Explanation = z.infer<typeof explainCosts.response>;
