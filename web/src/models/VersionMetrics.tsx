import { formatMetricName } from '../format/metric-name.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { useSorted } from '../table/use-sorted.ts';
import styles from './models.module.css';
import { listMeasuredMetrics, METRIC_ORDER } from './version-metrics.ts';

/** Latest value of each metric of the version with its interval and number of examples, where the client logged them. */
export function VersionMetrics({ metrics }: { readonly metrics: Readonly<Record<string, number | null>> }) {
  const { sorted, sort } = useSorted(listMeasuredMetrics(metrics), METRIC_ORDER);
  if (sorted.length === 0) {
    return (
      <EmptyState
        shows="Every metric of its logged model or its run."
        why="None was logged. mlflow.log_metric in the run that makes the model adds them."
      />
    );
  }
  return (
    <table className={table.table} aria-label="Metrics">
      <thead>
        <tr>
          <SortHead column="name" sort={sort}>
            Metric
          </SortHead>
          <SortHead column="value" sort={sort} numeric className={styles.qualityHead}>
            Latest
          </SortHead>
          <SortHead column="interval" sort={sort} numeric className={styles.qualityHead}>
            95 % interval
          </SortHead>
          <SortHead column="n" sort={sort} numeric>
            Examples
          </SortHead>
        </tr>
      </thead>
      <tbody>
        {sorted.map(({ name, value, interval, n }) => (
          <tr key={name}>
            <th scope="row" data-tip={name}>
              {formatMetricName(name)}
            </th>
            <td className={table.number}>
              <Measure value={value} />
            </td>
            <td className={table.number}>
              {interval === null ? (
                <Unknown reason="The client logged no interval." />
              ) : (
                `${formatMeasure(interval.lower)} to ${formatMeasure(interval.upper)}`
              )}
            </td>
            <td className={table.number}>
              {n === null ? <Unknown reason="The client logged no number of examples." /> : formatCount(n)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Measure({ value }: { readonly value: number | null }) {
  if (value === null) return <Unknown reason="The client logged NaN." />;
  return (
    <data value={value} data-tip={String(value)}>
      {formatMeasure(value)}
    </data>
  );
}
