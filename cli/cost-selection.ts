import { CostMetric, DEFAULT_METRIC, DeliveryId } from '../src/finops/billing/schema.ts';
import { Filter } from '../src/finops/costs/schema.ts';
import { Month, MonthOrDay } from '../src/platform/units/schema.ts';
import type { InputOf } from './frame/command.ts';

export const filterOption = {
  filter: {
    value: 'DIM=VALUE',
    schema: Filter,
    repeat: true,
    describe:
      'Only rows with this value; DIM!=VALUE: any other, VALUE*: a prefix, "DIM=": no value; repeat for alternatives',
  },
} as const;

/** Options that select the rows of a command. */
export const rowsOptions = {
  period: { value: 'YYYY-MM', schema: Month, describe: 'One billing period; all by default' },
  from: { value: 'MONTH|DAY', schema: MonthOrDay, describe: 'First billing month or charge day of a range' },
  to: { value: 'MONTH|DAY', schema: MonthOrDay, describe: 'Last billing month or charge day of a range, included' },
  delivery: {
    value: 'ID',
    schema: DeliveryId,
    describe: 'Only this delivery, active or not (steelyard bill deliveries)',
  },
  ...filterOption,
} as const;

export const metricOption = {
  metric: {
    value: CostMetric.options.join('|'),
    schema: CostMetric,
    fallback: DEFAULT_METRIC,
    describe: 'Cost column to sum',
  },
} as const;

export const selectionOptions = { ...metricOption, ...rowsOptions } as const;

/** `effectiveCost` -> `effective cost`: every total names its cost metric. */
export function metricWords(metric: CostMetric): string {
  return metric.replace('Cost', ' cost');
}

type RowsInput = InputOf<Record<never, never>, typeof rowsOptions>;

export function rowsQuery({ period, from, to, delivery, filter }: RowsInput) {
  return { period, from, to, delivery, filter };
}

export function selectionQuery(input: InputOf<Record<never, never>, typeof selectionOptions>) {
  return { metric: input.metric, ...rowsQuery(input) };
}
