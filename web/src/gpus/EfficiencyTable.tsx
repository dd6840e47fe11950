import type { GpuEfficiency } from '../../../src/finops/gpu-usage/schema.ts';
import { formatPercent } from '../format/number.ts';
import { formatDate } from '../format/time.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { efficiencySeries, listEfficiencySlots } from './efficiency-series.ts';

/** The lines as figures: a row for each day or week. */
export function EfficiencyTable({ efficiency }: { readonly efficiency: GpuEfficiency }) {
  const series = efficiencySeries(efficiency, []);
  return (
    <SortableTable
      testId="efficiency"
      rows={listEfficiencySlots(efficiency)}
      columns={[
        { head: efficiency.step === 'day' ? 'Day' : 'Week from', by: (slot) => slot },
        ...series.map(({ label, shares }) => ({
          head: label,
          by: (_slot: string, place: number) => shares[place],
          numeric: true,
        })),
      ]}
      row={(slot, index) => (
        <tr key={slot}>
          <th scope="row">{formatDate(slot)}</th>
          {series.map(({ id, shares }) => {
            const share = shares[index] ?? null;
            return (
              <td key={id} className={table.number}>
                {share === null ? <Unknown reason="No GPU in this period." /> : formatPercent(share * 100)}
              </td>
            );
          })}
        </tr>
      )}
    />
  );
}
