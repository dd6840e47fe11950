import { formatMetricName } from '../format/metric-name.ts';
import { formatCount, formatMeasure, formatPercent } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Select } from '../parts/Select.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import type { MonitorSearch, WindowName } from './monitoring-search.ts';
import { QualityEstimate } from './QualityEstimate.tsx';
import { useSlices } from './use-monitors.ts';
import { NO_KIND, NO_LATENCY } from './words.ts';

const HEIGHT = 160;
const MOST = 50;

interface SlicesCardProps {
  readonly monitor: string;
  /** Names of the inputs that predictions have. */
  readonly inputs: readonly string[];
  readonly by: WindowName;
  readonly slice: string | undefined;
  readonly onSearch: (next: MonitorSearch) => void;
}

/** Quality by slice: one row for each value of an input. */
export function SlicesCard({ monitor, inputs: names, by, slice: chosen, onSearch }: SlicesCardProps) {
  const slice = chosen ?? names[0];
  const slices = useSlices(monitor, by, slice, MOST);
  const options = [
    ...(slice === undefined ? [{ value: '', label: 'No input' }] : []),
    ...(slice === undefined || names.includes(slice) ? names : [slice, ...names]).map((value) => ({
      value,
      label: value,
    })),
  ];
  return (
    <Card
      title="Quality by input value"
      note={describeSlices(slice === undefined ? null : (slices.data?.sliceValues ?? null))}
      actions={
        <Select
          label="By"
          value={slice ?? ''}
          options={options}
          disabled={names.length === 0}
          onChange={(value) => onSearch({ slice: value === '' ? undefined : value })}
        />
      }
      flush
    >
      {slice === undefined ? (
        <EmptyState
          shows="Predictions, labels, quality and latency for each value of an input, such as each country."
          why="No prediction with inputs has come yet."
        />
      ) : (
        <Loaded query={slices} what="The slices" height={HEIGHT}>
          {(data) => <SlicesTable label={`Slices by ${slice}`} windows={data.windows} />}
        </Loaded>
      )}
    </Card>
  );
}

function describeSlices(values: number | null): string {
  const note = 'Values of an input over the time range above';
  return values === null || values <= MOST
    ? note
    : `${note}: the ${MOST} of ${formatCount(values)} values with the most predictions`;
}

function SlicesTable({
  label,
  windows,
}: {
  readonly label: string;
  readonly windows: NonNullable<ReturnType<typeof useSlices>['data']>['windows'];
}) {
  const metrics = [...new Set(windows.flatMap(({ shown }) => shown.map(({ metric }) => metric)))];
  const most = windows.toSorted((a, b) => b.predictions - a.predictions);
  return (
    <SortableTable
      label={label}
      rows={most}
      columns={[
        { head: 'Value', by: (one) => one.slice },
        { head: 'Predictions', by: (one) => one.predictions, numeric: true },
        { head: 'Labeled', by: (one) => one.completeness, numeric: true, className: table.wideOnly },
        ...metrics.map((metric, index) => ({
          head: formatMetricName(metric),
          by: (one: (typeof most)[number]) => one.shown.find((quality) => quality.metric === metric)?.value,
          numeric: true,
          className: index === 0 ? undefined : table.wideOnly,
        })),
        { head: 'p95', by: (one) => one.latencyMs?.p95, numeric: true, className: table.wideOnly },
      ]}
      row={({ slice, predictions, completeness, shown, latencyMs }) => (
        <tr key={slice ?? ''}>
          <th scope="row">{slice ?? <span className={table.none}>missing</span>}</th>
          <td className={table.number}>{formatCount(predictions)}</td>
          <td className={`${table.number} ${table.wideOnly}`}>{formatPercent(completeness * 100)}</td>
          {metrics.map((metric, index) => {
            const quality = shown.find((one) => one.metric === metric);
            return (
              <td key={metric} className={`${table.number} ${index === 0 ? '' : table.wideOnly}`}>
                {quality === undefined ? <Unknown reason={NO_KIND} /> : <QualityEstimate quality={quality} />}
              </td>
            );
          })}
          <td className={`${table.number} ${table.wideOnly}`}>
            {latencyMs === null ? <Unknown reason={NO_LATENCY} /> : `${formatMeasure(latencyMs.p95)}\u00a0ms`}
          </td>
        </tr>
      )}
    />
  );
}
