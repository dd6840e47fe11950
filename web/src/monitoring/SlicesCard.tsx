import { formatMetricName } from '../format/metric-name.ts';
import { formatCount, formatMeasure, formatPercent } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Select } from '../parts/Select.tsx';
import { Unknown } from '../parts/Unknown.tsx';
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
export function SlicesCard({ monitor, inputs: names, by, slice, onSearch }: SlicesCardProps) {
  const slices = useSlices(monitor, by, slice, MOST);
  const options = [
    { value: '', label: 'Choose an input' },
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
          disabled={options.length === 1}
          onChange={(value) => onSearch({ slice: value === '' ? undefined : value })}
        />
      }
      flush
    >
      {slice === undefined ? (
        <EmptyState
          shows="Predictions, labels, quality and latency for each value of an input, such as each country."
          why={names.length === 0 ? 'No prediction with inputs has come yet.' : 'Choose an input above.'}
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
    <table className={table.table} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Value</th>
          <th scope="col" className={table.number}>
            Predictions
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Labeled
          </th>
          {metrics.map((metric, index) => (
            <th key={metric} scope="col" className={`${table.number} ${index === 0 ? '' : table.wideOnly}`}>
              {formatMetricName(metric)}
            </th>
          ))}
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            p95
          </th>
        </tr>
      </thead>
      <tbody>
        {most.map(({ slice, predictions, completeness, shown, latencyMs }) => (
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
        ))}
      </tbody>
    </table>
  );
}
