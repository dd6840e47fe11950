import { formatMetricName } from '../format/metric-name.ts';
import type { MetricHistory, MetricSummary } from '../../../src/mlops/run-views/views/schema.ts';
import { Spark } from '../charts/Spark.tsx';
import { formatCount, formatMeasure } from '../format/number.ts';
import table from '../table/table.module.css';
import { isCompanion, isSystem } from './metric-words.ts';
import styles from './runs.module.css';

interface MetricsTableProps {
  readonly metrics: readonly MetricSummary[];
  readonly histories: readonly MetricHistory[];
}

/** Every metric in figures: the latest with its interval where one was logged, least, greatest and its course. */
export function MetricsTable({ metrics, histories }: MetricsTableProps) {
  const byKey = new Map(metrics.map((metric) => [metric.key, metric]));
  const courses = new Map(histories.map((history) => [history.key, history.values]));
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col" className={table.number}>
            Latest
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Minimum
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Maximum
          </th>
          <th scope="col" className={table.wideOnly}>
            Trend
          </th>
          <th scope="col" className={table.number}>
            Samples
          </th>
        </tr>
      </thead>
      <tbody>
        {metrics
          .filter(({ key }) => !isCompanion(key) || !byKey.has(key.replace(/\.[^.]+$/, '')))
          .toSorted((a, b) => Number(isSystem(a.key)) - Number(isSystem(b.key)))
          .map((metric) => (
            <tr key={metric.key}>
              <th scope="row" className={styles.key}>
                <code data-tip={metric.key}>{formatMetricName(metric.key)}</code>
              </th>
              <td className={table.number}>
                <Value value={metric.latest} />
                <Interval low={byKey.get(`${metric.key}.ci_lower`)} high={byKey.get(`${metric.key}.ci_upper`)} />
              </td>
              <td className={`${table.number} ${table.wideOnly}`}>
                <Value value={metric.least} />
              </td>
              <td className={`${table.number} ${table.wideOnly}`}>
                <Value value={metric.greatest} />
              </td>
              <td className={table.wideOnly}>
                <Spark values={courses.get(metric.key) ?? []} />
              </td>
              <td className={table.number}>{formatCount(metric.samples)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function Value({ value }: { readonly value: number | null }) {
  if (value === null) return <span data-tip="Not a number, as logged.">NaN</span>;
  return (
    <data value={value} data-tip={String(value)}>
      {formatMeasure(value)}
    </data>
  );
}

function Interval({
  low,
  high,
}: {
  readonly low: MetricSummary | undefined;
  readonly high: MetricSummary | undefined;
}) {
  if (low?.latest == null || high?.latest == null) return null;
  return (
    <span className={styles.quiet}>
      {' '}
      ({formatMeasure(low.latest)} to {formatMeasure(high.latest)})
    </span>
  );
}
