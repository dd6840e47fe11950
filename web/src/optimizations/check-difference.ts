import {
  type OptimizationCheck,
  type OptimizationDetail,
  REQUEST_CHECKS,
} from '../../../src/tradeoff/optimizations/schema.ts';
import { formatMoneyDelta } from '../format/money.ts';

/** How differences of a check are written. */
export interface DifferenceText {
  /** Unit of the figures; empty: that of the metric. */
  readonly unit: string;
  readonly format: (value: number) => string;
}

/** A request costs too little to read. */
const REQUESTS = 1e6;

/** Shares of requests in points, cost for one million requests or an hour, everything else in the unit of the metric. */
export function differenceText(
  { name, kind }: Pick<OptimizationCheck, 'name' | 'kind'>,
  currency: string | null,
): DifferenceText {
  const points = REQUEST_CHECKS[name]?.points;
  if (points !== undefined) return { unit: points, format: (value) => formatSigned(100 * value) };
  if (kind !== 'saving') return { unit: '', format: formatSigned };
  const [factor, unit] = name === 'cost of a request' ? [REQUESTS, 'per 1M requests'] : [1, 'per hour'];
  const format = (value: number) =>
    currency === null
      ? formatSigned(factor * value)
      : formatMoneyDelta({ amount: (factor * value).toFixed(12), currency });
  return { unit: `less cost ${unit}`, format };
}

/** Currency of the costs of an optimization; null: not known. */
export function findCurrency({ expected, saving }: Pick<OptimizationDetail, 'expected' | 'saving'>): string | null {
  return (saving.saved ?? saving.monthly ?? expected?.monthly)?.currency ?? null;
}

function formatSigned(value: number): string {
  const figure = String(Number(Math.abs(value).toPrecision(3)));
  if (value === 0) return '0';
  return value > 0 ? `+${figure}` : `\u2212${figure}`;
}
