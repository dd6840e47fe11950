import { useMemo } from 'react';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import type { BarSeries, TimeMark } from '../charts/stacked-bars-option.ts';
import { formatMonth } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Swatch } from '../parts/Swatch.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareTexts } from '../table/comparators.ts';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';

interface PeriodsTableProps {
  readonly periods: readonly string[];
  readonly series: readonly BarSeries[];
  readonly marks: readonly TimeMark[];
  readonly currency: string;
}

/** The chart as a table: a row for each billing period, a column for each source, and the changes after closing. */
export function PeriodsTable({ periods, series, marks, currency }: PeriodsTableProps) {
  const money = (amount: string | null | undefined) =>
    amount == null ? (
      <Unknown reason="No delivery of this period counts in this currency." />
    ) : (
      <MoneyFigure money={{ amount, currency }} />
    );
  const rows = useMemo(() => buildRows(periods, series, marks), [periods, series, marks]);
  const orders = useMemo(() => buildOrders(series), [series]);
  const { sorted, sort } = useSorted(rows, orders);
  return (
    <SidewaysBox label="Periods">
      <table className={table.table}>
        <thead>
          <tr>
            <SortHead column="period" sort={sort}>
              Period
            </SortHead>
            {series.map((one) => (
              <SortHead key={one.id} column={`source ${one.id}`} sort={sort} numeric>
                <span className={table.named}>
                  <Swatch variable={one.variable} />
                  {one.label}
                </span>
              </SortHead>
            ))}
            <SortHead column="total" sort={sort} numeric>
              Total
            </SortHead>
            <SortHead column="closing" sort={sort}>
              After closing
            </SortHead>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ period, index, total, closing }) => (
            <tr key={period}>
              <th scope="row">{formatMonth(period)}</th>
              {series.map((one) => (
                <td key={one.id} className={table.number}>
                  {money(one.amounts[index])}
                </td>
              ))}
              <td className={table.number}>{money(total)}</td>
              <td>{closing}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </SidewaysBox>
  );
}

interface PeriodRow {
  readonly period: string;
  /** Place in the amounts of a series. */
  readonly index: number;
  /** Null: no delivery counts. */
  readonly total: string | null;
  readonly closing: string;
}

function buildRows(
  periods: readonly string[],
  series: readonly BarSeries[],
  marks: readonly TimeMark[],
): readonly PeriodRow[] {
  return periods.map((period, index) => {
    const amounts = series.flatMap((one) => one.amounts[index] ?? []);
    const sum = amounts.reduce((total, amount) => total.plus(amount), decimal(0));
    const own = marks.filter((mark) => mark.slot === period).map(({ label }) => label);
    return {
      ...{ period, index, total: amounts.length === 0 ? null : decimalString(sum) },
      closing: own.length === 0 ? 'unchanged' : own.join('; '),
    };
  });
}

function buildOrders(series: readonly BarSeries[]): Comparators<PeriodRow> {
  const ofSources = series.map(
    ({ id, amounts }) => [`source ${id}`, compareAmounts(({ index }: PeriodRow) => amounts[index])] as const,
  );
  return {
    period: compareTexts(({ period }) => period),
    total: compareAmounts(({ total }) => total),
    closing: compareTexts(({ closing }) => closing),
    ...Object.fromEntries(ofSources),
  };
}
