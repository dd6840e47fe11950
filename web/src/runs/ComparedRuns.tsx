import { Link } from '@tanstack/react-router';
import { formatMetricName } from '../format/metric-name.ts';
import { formatMeasure } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { Select } from '../parts/Select.tsx';
import { Swatch } from '../parts/Swatch.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { CostFigure } from './CostFigure.tsx';
import { CostLegend } from './CostLegend.tsx';
import { formatDuration } from './duration.ts';
import { durationMs } from './run-columns.ts';
import styles from './runs.module.css';
import { StatusMark } from './StatusMark.tsx';
import type { Compare } from './use-compare.ts';

/** The compared runs: visibility, colour, metric in view, and cost. */
export function ComparedRuns({ compare }: { readonly compare: Compare }) {
  const { named, hidden, metric, metrics, change, ids } = compare;
  const toggle = (runId: string) => {
    const hide = hidden.has(runId) ? [...hidden].filter((one) => one !== runId) : [...hidden, runId];
    change({ hide: hide.length === 0 ? undefined : hide });
  };
  const first = (runId: string) => change({ runs: [runId, ...ids.filter((one) => one !== runId)] });
  return (
    <Card
      title="Compared runs"
      note={named.length > 7 ? 'The first seven have a color; bring a run to the front to color it.' : undefined}
      flush
      actions={
        metric !== undefined && (
          <Select
            label="Quality by"
            value={metric}
            options={metrics.map((value) => ({ value, label: formatMetricName(value) }))}
            onChange={(value) => change({ metric: value })}
          />
        )
      }
    >
      <div className={styles.scrollY}>
        <SortableTable
          isBoxed
          rows={named}
          columns={[
            { head: 'Drawn', by: (one) => (hidden.has(one.run.runId) ? 1 : 0) },
            { head: 'Run', by: (one) => one.name },
            { head: 'Status', by: (one) => one.run.status, className: table.wideOnly },
            { head: 'Started', by: (one) => one.run.startTime, className: table.wideOnly },
            { head: 'Duration', by: (one) => durationMs(one.run), numeric: true, className: table.wideOnly },
            {
              head: formatMetricName(metric ?? 'Metric'),
              by: (one) => (metric === undefined ? null : one.run.metrics[metric]),
              numeric: true,
            },
            { head: 'Cost', by: (one) => one.run.cost.total.cost?.amount, numeric: true },
            { head: 'Order', by: (_one, place) => place, className: table.wideOnly },
          ]}
          row={({ run, name, variable }, index) => (
            <tr key={run.runId}>
              <td>
                <label className={styles.runToggle}>
                  <input type="checkbox" checked={!hidden.has(run.runId)} onChange={() => toggle(run.runId)} />
                  <Swatch variable={variable} />
                  <span className="visually-hidden">Draw {name}</span>
                </label>
              </td>
              <th scope="row" className={styles.oneLine}>
                <Link to="/runs/$runId" params={{ runId: run.runId }} className={parts.textLink}>
                  {name}
                </Link>
              </th>
              <td className={table.wideOnly}>
                <StatusMark status={run.status} />
              </td>
              <td className={table.wideOnly}>
                <Instant at={run.startTime} />
              </td>
              <td className={`${table.number} ${table.wideOnly}`}>
                <Duration ms={durationMs(run)} />
              </td>
              <td className={table.number}>
                <Figure value={metric === undefined ? undefined : run.metrics[metric]} />
              </td>
              <td className={table.number}>
                <CostFigure total={run.cost.total} />
              </td>
              <td className={`${table.wideOnly} ${styles.oneLine}`}>
                {index === 0 ? (
                  <span className={styles.quiet}>the base</span>
                ) : (
                  <button type="button" className={styles.crumb} onClick={() => first(run.runId)}>
                    to the front<span className="visually-hidden">: {name}</span>
                  </button>
                )}
              </td>
            </tr>
          )}
        />
      </div>
      <div className={styles.tableFoot}>
        <CostLegend />
      </div>
    </Card>
  );
}

function Duration({ ms }: { readonly ms: number | null }) {
  return ms === null ? <Unknown reason="It has not ended." /> : formatDuration(ms);
}

function Figure({ value }: { readonly value: number | null | undefined }) {
  if (value === undefined) return <Unknown reason="The run did not log this metric." />;
  if (value === null) return <Unknown reason="NaN: the logged value is not a number." />;
  return (
    <data value={value} data-tip={String(value)}>
      {formatMeasure(value)}
    </data>
  );
}
