import type { CurveSeries } from '../charts/metric-curves-option.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { Swatch } from '../parts/Swatch.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

const HEADS = ['First', 'Last', 'Minimum', 'at step', 'Maximum', 'at step'];

/** A chart of curves as a table: first, last, least and greatest value of each run in the visible range. */
export function CurveFigures({ series, metric }: { readonly series: readonly CurveSeries[]; readonly metric: string }) {
  return (
    <SortableTable
      label={`${metric} in figures`}
      rows={series}
      columns={[
        { head: 'Run', by: (one) => one.name },
        ...HEADS.map((head, place) => ({
          head,
          by: (one: CurveSeries) => listFigures(one)[place],
          numeric: true,
        })),
      ]}
      row={(one) => <FiguresRow key={one.id} series={one} />}
    />
  );
}

/** First, last, least and its step, greatest and its step. */
function listFigures({ points }: CurveSeries): readonly (number | undefined)[] {
  const known = points.flatMap(({ value, step }) => (value === null ? [] : [{ value, step }]));
  const [least] = known.toSorted((a, b) => a.value - b.value);
  const [greatest] = known.toSorted((a, b) => b.value - a.value);
  return [known[0]?.value, known.at(-1)?.value, least?.value, least?.step, greatest?.value, greatest?.step];
}

function FiguresRow({ series }: { readonly series: CurveSeries }) {
  const { name, variable } = series;
  const figures = listFigures(series);
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
