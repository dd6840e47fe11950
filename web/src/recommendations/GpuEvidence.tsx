import type { Recommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { formatDate } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareTexts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { type GpuRow, listGpus } from './gpu-rows.ts';

const COMPARE: Comparators<GpuRow> = {
  gpu: (a, b) => a.gpu.localeCompare(b.gpu),
  load: compareTexts((a) => a.load),
  price: compareAmounts((a) => a.perHour?.amount),
  month: compareAmounts((a) => a.perMonth?.amount),
  after: (a, b) => a.after.localeCompare(b.after),
};

/** The GPUs behind a saving: load, unit price, and what happens to each; nothing for a saving without GPUs. */
export function GpuEvidence({ one }: { readonly one: Recommendation }) {
  const gpus = listGpus(one.evidence);
  const { sorted, sort } = useSorted(gpus, COMPARE);
  if (gpus.length === 0) return null;
  const { window } = one.evidence;
  return (
    <Card
      title={gpus.length === 1 ? 'The GPU' : `The ${gpus.length} GPUs`}
      note={`Readings from ${formatDate(window.start)} to ${formatDate(window.end)}. Load: 95th percentile of utilization, and peak memory.`}
      flush
    >
      <table className={table.table} aria-label="GPUs">
        <thead>
          <tr>
            <SortHead column="gpu" sort={sort}>
              GPU
            </SortHead>
            <SortHead column="load" sort={sort}>
              Load
            </SortHead>
            <SortHead column="price" sort={sort} numeric>
              Price per hour
            </SortHead>
            <SortHead column="month" sort={sort} numeric className={table.wideOnly}>
              Per month
            </SortHead>
            <SortHead column="after" sort={sort}>
              After
            </SortHead>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ gpu, load, perHour, perMonth, after }) => (
            <tr key={gpu}>
              <th scope="row">{gpu}</th>
              <td>{load ?? <Unknown reason="Only the first hundred GPUs are listed with their load." />}</td>
              <td className={table.number}>
                {perHour === null ? <Unknown reason="It has no price." /> : <MoneyFigure money={perHour} />}
              </td>
              <td className={`${table.number} ${table.wideOnly}`}>
                {perMonth === null ? <Unknown reason="It has no price." /> : <MoneyFigure money={perMonth} />}
              </td>
              <td>{after}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
