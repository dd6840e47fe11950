import type { ShareLine } from '../charts/share-line.ts';
import type { BarSeries } from '../charts/stacked-bars-option.ts';
import { slotLabel } from '../costs/slots.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { ShareText } from '../parts/ShareText.tsx';
import { Swatch } from '../parts/Swatch.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

interface CoverageTableProps {
  readonly slots: readonly string[];
  readonly series: readonly BarSeries[];
  readonly share: ShareLine;
  readonly currency: string;
}

/** The coverage as figures: a row a month or day. */
export function CoverageTable({ slots, series, share, currency }: CoverageTableProps) {
  return (
    <section
      className={table.scroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
      tabIndex={0}
      aria-label="The coverage as a table"
    >
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
            by: (_slot: string, place: number) => one.amounts[place] ?? '0',
            numeric: true,
          })),
          { head: 'Allocated', by: (_slot, place) => share.ratios[place], numeric: true },
        ]}
        row={(slot, index) => {
          const ratio = share.ratios[index] ?? null;
          return (
            <tr key={slot}>
              <th scope="row">{slotLabel(slot)}</th>
              {series.map((one) => (
                <td key={one.id} className={table.number}>
                  <MoneyFigure money={{ amount: one.amounts[index] ?? '0', currency }} />
                </td>
              ))}
              <td className={table.number}>
                {ratio === null ? (
                  <Unknown reason="The total is not above zero, so there is no share." />
                ) : (
                  <ShareText part={String(ratio)} whole="1" />
                )}
              </td>
            </tr>
          );
        }}
      />
    </section>
  );
}
