import { decimal, decimalString, sumDecimals } from '../../../src/platform/units/schema.ts';
import type { BarSeries } from '../charts/stacked-bars-option.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Swatch } from '../parts/Swatch.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

interface CostSlotsTableProps {
  readonly slots: readonly string[];
  readonly slotLabel: (slot: string) => string;
  readonly series: readonly BarSeries[];
  readonly currency: string;
}

/** The chart as figures: a row for each day, a column for each series, and the totals of both. */
export function CostSlotsTable({ slots, slotLabel, series, currency }: CostSlotsTableProps) {
  const money = (amount: string | null) =>
    amount === null ? <Unknown reason="No charge fell on this day." /> : <MoneyFigure money={{ amount, currency }} />;
  const total = (amounts: readonly (string | null)[]) => sumDecimals(amounts.filter((amount) => amount !== null));
  const sumSlot = (place: number) => {
    const amounts = series.map((one) => one.amounts[place] ?? null);
    return amounts.every((amount) => amount === null) ? null : total(amounts);
  };
  const bySeries = series.map((one) => total(one.amounts));
  const all = bySeries.reduce((sum, amount) => sum.plus(amount), decimal(0));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className={table.scroll} tabIndex={0} aria-label="The chart as a table">
      <SortableTable
        isBoxed
        className={table.grid}
        rows={slots}
        columns={[
          { head: 'Period', by: (slot) => slot },
          ...series.map((one) => ({
            head: (
              <span className={table.named}>
                <Swatch variable={one.variable} />
                {one.label}
              </span>
            ),
            by: (_slot: string, place: number) => one.amounts[place],
            numeric: true,
          })),
          { head: 'Total', by: (_slot, place) => sumSlot(place), numeric: true },
        ]}
        row={(slot, index) => {
          const amounts = series.map((one) => one.amounts[index] ?? null);
          return (
            <tr key={slot}>
              <th scope="row">{slotLabel(slot)}</th>
              {amounts.map((amount, place) => (
                <td key={series[place]?.id} className={table.number}>
                  {money(amount)}
                </td>
              ))}
              <td className={table.number}>{money(sumSlot(index))}</td>
            </tr>
          );
        }}
        foot={
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              {bySeries.map((amount, place) => (
                <td key={series[place]?.id} className={table.number}>
                  {money(amount)}
                </td>
              ))}
              <td className={table.number} data-testid="chart-total">
                {money(decimalString(all))}
              </td>
            </tr>
          </tfoot>
        }
      />
    </section>
  );
}
