import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import type { BarSeries, TimeMark } from '../charts/stacked-bars-option.ts';
import { formatMonth } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Swatch } from '../parts/Swatch.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';

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
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Period</th>
          {series.map((one) => (
            <th key={one.id} scope="col" className={table.number}>
              <span className={table.named}>
                <Swatch variable={one.variable} />
                {one.label}
              </span>
            </th>
          ))}
          <th scope="col" className={table.number}>
            Total
          </th>
          <th scope="col">After closing</th>
        </tr>
      </thead>
      <tbody>
        {periods.map((period, index) => {
          const amounts = series.flatMap((one) => one.amounts[index] ?? []);
          const sum = amounts.reduce((total, amount) => total.plus(amount), decimal(0));
          const own = marks.filter((mark) => mark.slot === period);
          return (
            <tr key={period}>
              <th scope="row">{formatMonth(period)}</th>
              {series.map((one) => (
                <td key={one.id} className={table.number}>
                  {money(one.amounts[index])}
                </td>
              ))}
              <td className={table.number}>{money(amounts.length === 0 ? null : decimalString(sum))}</td>
              <td>{own.length === 0 ? 'unchanged' : own.map(({ label }) => label).join('; ')}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
