import { useMemo } from 'react';
import type { GpuHeatMap } from '../../../src/finops/gpu-usage/schema.ts';
import { formatPercent } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareTexts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { computeUnitPrice, idleHours, idleMoney } from './figures.ts';
import { ReturnLink } from './ReturnLink.tsx';
import type { GpuSavings } from './use-gpu-savings.ts';
import { hoursText } from './words.ts';

type Row = GpuHeatMap['rows'][number];

const usedShare = ({ gpuHours }: Row) => gpuHours.used / gpuHours.paid;
const COMPARE: Comparators<Row> = {
  gpu: (a, b) => a.gpu.localeCompare(b.gpu),
  hours: (a, b) => a.gpuHours.paid - b.gpuHours.paid,
  price: compareAmounts((a) => computeUnitPrice(a)?.amount),
  used: (a, b) => usedShare(a) - usedShare(b),
  idle: (a, b) => idleHours(a.gpuHours) - idleHours(b.gpuHours),
  cost: compareAmounts((a) => idleMoney(a.cost)?.amount),
};

interface HeatTableProps {
  readonly map: GpuHeatMap;
  readonly savings: GpuSavings;
  readonly onOpen: (gpu: string) => void;
}

/** The GPUs of the heat map as figures, with the price of an hour and the action on an idle GPU. */
export function HeatTable({ map, savings, onOpen }: HeatTableProps) {
  const orders = useMemo(
    () => ({ ...COMPARE, action: compareTexts(({ gpu }: Row) => savings.get(gpu)?.recommendation) }),
    [savings],
  );
  const { sorted, sort } = useSorted(map.rows, orders);
  return (
    <table className={table.table} data-testid="fleet">
      <thead>
        <tr>
          <SortHead column="gpu" sort={sort}>
            GPU
          </SortHead>
          <SortHead column="hours" sort={sort} numeric className={table.wideOnly}>
            Hours
          </SortHead>
          <SortHead column="price" sort={sort} numeric className={table.wideOnly}>
            Price per hour
          </SortHead>
          <SortHead column="used" sort={sort} numeric>
            Used
          </SortHead>
          <SortHead column="idle" sort={sort} numeric className={table.wideOnly}>
            Idle
          </SortHead>
          <SortHead column="cost" sort={sort} numeric>
            Idle cost
          </SortHead>
          <SortHead column="action" sort={sort}>
            Action
          </SortHead>
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => {
          const { gpu, gpuHours, cost } = row;
          const [idle, price] = [idleMoney(cost), computeUnitPrice(row)];
          const saving = savings.get(gpu);
          return (
            <tr key={gpu}>
              <th scope="row">
                <button type="button" className={parts.plain} onClick={() => onOpen(gpu)}>
                  {gpu}
                </button>
              </th>
              <td className={`${table.number} ${table.wideOnly}`}>{hoursText(gpuHours.paid)}</td>
              <td className={`${table.number} ${table.wideOnly}`}>
                {price === null ? (
                  <Unknown reason={cost.reason ?? 'It has no price.'} />
                ) : (
                  <MoneyFigure money={price} />
                )}
              </td>
              <td className={table.number}>{formatPercent(usedShare(row) * 100)}</td>
              <td className={`${table.number} ${table.wideOnly}`}>{hoursText(idleHours(gpuHours))}</td>
              <td className={table.number}>
                {idle === null ? <Unknown reason={cost.reason ?? 'It has no price.'} /> : <MoneyFigure money={idle} />}
              </td>
              <td>{saving !== undefined && <ReturnLink saving={saving} />}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
