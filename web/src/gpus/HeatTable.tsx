import type { GpuHeatMap } from '../../../src/finops/gpu-usage/schema.ts';
import { formatPercent } from '../format/number.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { idleHours, idleMoney } from './figures.ts';
import { hoursText } from './words.ts';

interface HeatTableProps {
  readonly map: GpuHeatMap;
  readonly onOpen: (gpu: string) => void;
}

/** The GPUs of the heat map as figures. */
export function HeatTable({ map, onOpen }: HeatTableProps) {
  return (
    <table className={table.table} data-testid="fleet">
      <thead>
        <tr>
          <th scope="col">GPU</th>
          <th scope="col" className={table.number}>
            Hours
          </th>
          <th scope="col" className={table.number}>
            Used
          </th>
          <th scope="col" className={table.number}>
            Idle
          </th>
          <th scope="col" className={table.number}>
            Idle cost
          </th>
        </tr>
      </thead>
      <tbody>
        {map.rows.map(({ gpu, gpuHours, cost }) => {
          const idle = idleMoney(cost);
          return (
            <tr key={gpu}>
              <th scope="row">
                <button type="button" className={parts.plain} onClick={() => onOpen(gpu)}>
                  {gpu}
                </button>
              </th>
              <td className={table.number}>{hoursText(gpuHours.paid)}</td>
              <td className={table.number}>{formatPercent((gpuHours.used / gpuHours.paid) * 100)}</td>
              <td className={table.number}>{hoursText(idleHours(gpuHours))}</td>
              <td className={table.number}>
                {idle === null ? <Unknown reason={cost.reason ?? 'It has no price.'} /> : <MoneyFigure money={idle} />}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
