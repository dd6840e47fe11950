import type { CurveSeries } from '../charts/metric-curves-option.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { Swatch } from '../parts/Swatch.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';

/** A chart of curves as a table: first, last, least and greatest value of each run in the visible range. */
export function CurveFigures({ series, metric }: { readonly series: readonly CurveSeries[]; readonly metric: string }) {
  return (
    <table className={table.table} aria-label={`${metric} in figures`}>
      <thead>
        <tr>
          <th scope="col">Run</th>
          {['First', 'Last', 'Minimum', 'at step', 'Maximum', 'at step '].map((head) => (
            <th key={head} scope="col" className={table.number}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {series.map((one) => (
          <FiguresRow key={one.id} series={one} />
        ))}
      </tbody>
    </table>
  );
}

function FiguresRow({ series: { name, variable, points } }: { readonly series: CurveSeries }) {
  const known = points.flatMap(({ value, step }) => (value === null ? [] : [{ value, step }]));
  const [least] = known.toSorted((a, b) => a.value - b.value);
  const [greatest] = known.toSorted((a, b) => b.value - a.value);
  const figures = [known[0]?.value, known.at(-1)?.value, least?.value, least?.step, greatest?.value, greatest?.step];
  const steps = new Set([3, 5]);
  return (
    <tr>
      <th scope="row">
        <span className={table.named}>
          <Swatch variable={variable} />
          {name}
        </span>
      </th>
      {figures.map((figure, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the figures of a row are told apart by their place alone
        <td key={place} className={table.number}>
          {figure === undefined ? (
            <Unknown reason="No number in this part." />
          ) : steps.has(place) ? (
            formatCount(figure)
          ) : (
            <data value={figure} data-tip={String(figure)}>
              {formatMeasure(figure)}
            </data>
          )}
        </td>
      ))}
    </tr>
  );
}
