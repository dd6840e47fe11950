import { z } from 'zod';
import { Month, MonthOrDay } from '../../../platform/units/schema.ts';
import { CostMetric, DEFAULT_METRIC, DeliveryId } from '../../billing/schema.ts';

/** A query field that can be repeated or omitted. */
const Repeated = z.union([z.string(), z.array(z.string())]).optional();
const toArray = (value: string | string[] | undefined) => (value === undefined ? [] : [value].flat());

export const Dimension = z
  .string()
  .min(1)
  .max(300)
  .describe(
    'FOCUS column in camelCase, `tag:KEY`, `x_COLUMN`, a subject field (team, model…), `day`, `week` or `month`',
  );

/** `serviceName=Amazon Bedrock`; an empty right side means "no value". */
export const Filter = z
  .string()
  .regex(/^[^=]*[^=!]!?=/, 'DIM=VALUE or DIM!=VALUE')
  .describe(
    'Only rows whose dimension has this value, or with `!=` has another; `VALUE*` is a prefix (`\\*` an asterisk), an empty VALUE means "no value"; several with = for one dimension mean any of them',
  );
export const Filters = Repeated.transform(toArray).pipe(z.array(Filter).max(50));
export const Dimensions = Repeated.transform((value) => toArray(value).flatMap((item) => item.split(','))).pipe(
  z.array(Dimension),
);

/** Query fields that select rows. */
export const Rows = {
  period: Month.optional().describe('Billing period; all when left out'),
  from: MonthOrDay.optional().describe('First billing month, or first charge day, of a range'),
  to: MonthOrDay.optional().describe('Last billing month, or last charge day, of a range (included)'),
  delivery: DeliveryId.optional().describe(
    'Only this delivery, whether it counts or not. Default: all deliveries that count',
  ),
  filter: Filters.describe('Filters, all of which must hold'),
};

export const Selection = { metric: CostMetric.default(DEFAULT_METRIC), ...Rows };

export const LeftOut = z
  .strictObject({
    rejectedRows: z.number().int().describe('Rows of the deliveries behind this total that were not accepted'),
    rowsWithoutMetric: z.number().int().describe('Rows whose cost column is empty: unknown, not zero'),
  })
  .describe('Rows that the totals leave out');
