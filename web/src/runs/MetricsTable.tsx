import { useMemo } from 'react';
import type { MetricHistory, MetricSummary } from '../../../src/mlops/run-views/views/schema.ts';
import { Spark } from '../charts/Spark.tsx';
import { formatMetricName } from '../format/metric-name.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { compareNumbers, compareTexts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { isCompanion, isSystem } from './metric-words.ts';
import styles from './runs.module.css';

const ORDERS: Comparators<MetricSummary> = {
  metric: compareTexts(({ key }) => key),
  latest: compareNumbers(({ latest }) => latest),
  least: compareNumbers(({ least }) => least),
  greatest: compareNumbers(({ greatest }) => greatest),
  samples: compareNumbers(({ samples }) => samples),
};

interface MetricsTableProps {
  readonly metrics: readonly MetricSummary[];
  readonly histories: readonly MetricHistory[];
}

/** Every metric in figures: the latest with its interval where one was logged, least, greatest and its course. */
export function MetricsTable({ metrics, histories }: MetricsTableProps) {
  const byKey = useMemo(() => new Map(metrics.map((metric) => [metric.key, metric])), [metrics]);
  const listed = useMemo(() => listMetrics(metrics), [metrics]);
  const courses = useMemo(() => new Map(histories.map((history) => [history.key, history.values])), [histories]);
  const orders = useMemo(
    () => ({ ...ORDERS, trend: compareNumbers(({ key }: MetricSummary) => readRise(courses.get(key))) }),
    [courses],
  );
  const { sorted, sort } = useSorted(listed, orders);
  // Of single samples, the extremes repeat the latest value.
  const hasCourse = listed.some(({ samples }) => samples > 1);
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <SortHead column="metric" sort={sort}>
            Metric
          </SortHead>
          <SortHead column="latest" sort={sort} numeric>
            Latest
          </SortHead>
          {hasCourse && (
            <>
              {' '}
              <SortHead column="least" sort={sort} numeric className={table.wideOnly}>
                Minimum
              </SortHead>
              <SortHead column="greatest" sort={sort} numeric className={table.wideOnly}>
                Maximum
              </SortHead>
              <SortHead column="trend" sort={sort} className={table.wideOnly}>
                Trend
              </SortHead>
            </>
          )}{' '}
          <SortHead column="samples" sort={sort} numeric>
            Samples
          </SortHead>
        </tr>
      </thead>
      <tbody>
        {sorted.map((metric) => (
          <tr key={metric.key}>
            <th scope="row" className={styles.key}>
              <code data-tip={metric.key}>{formatMetricName(metric.key)}</code>
            </th>
            <td className={table.number}>
              <Value value={metric.latest} />
              <Interval low={byKey.get(`${metric.key}.ci_lower`)} high={byKey.get(`${metric.key}.ci_upper`)} />
            </td>
            {hasCourse && (
              <>
                {' '}
                <td className={`${table.number} ${table.wideOnly}`}>
                  <Value value={metric.least} />
                </td>
                <td className={`${table.number} ${table.wideOnly}`}>
                  <Value value={metric.greatest} />
                </td>
                <td className={table.wideOnly}>
                  <Spark values={courses.get(metric.key) ?? []} />
                </td>
              </>
            )}{' '}
            <td className={table.number}>{formatCount(metric.samples)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Last less first value of a course; null without two values. */
function readRise(values: MetricHistory['values'] | undefined): number | null {
  const known = (values ?? []).filter((value) => value !== null);
  const [first, last] = [known[0], known.at(-1)];
  return first === undefined || last === undefined ? null : last - first;
}

/** Metrics without the ends of the intervals of others; those of the system last. */
function listMetrics(metrics: readonly MetricSummary[]): readonly MetricSummary[] {
  const keys = new Set(metrics.map(({ key }) => key));
  return metrics
    .filter(({ key }) => !isCompanion(key) || !keys.has(key.replace(/\.[^.]+$/, '')))
    .toSorted((a, b) => Number(isSystem(a.key)) - Number(isSystem(b.key)));
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
