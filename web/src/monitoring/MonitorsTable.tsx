import { Link } from '@tanstack/react-router';
import { Spark } from '../charts/Spark.tsx';
import { formatMoney } from '../format/money.ts';
import { formatCount, formatMeasure, formatPercent } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { HealthMark } from '../health/HealthMark.tsx';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { useSorted } from '../table/use-sorted.ts';
import { COMPARE_MONITORS, type MonitorRow } from './monitor-rows.ts';
import styles from './monitoring.module.css';
import { NO_DRIFT, NO_KIND, NO_LABELS, NO_VALUE } from './words.ts';

/** Every monitor by its running version: status, quality, drift and loss. */
export function MonitorsTable({ rows }: { readonly rows: readonly MonitorRow[] }) {
  const { sorted, sort } = useSorted(rows, COMPARE_MONITORS);
  return (
    <SidewaysBox label="Monitors">
      <table className={table.table} data-testid="monitors" aria-label="Monitors">
        <thead>
          <tr>
            <SortHead column="monitor" sort={sort}>
              Monitor
            </SortHead>
            <SortHead column="status" sort={sort}>
              Status
            </SortHead>
            <SortHead column="running" sort={sort}>
              Running version
            </SortHead>
            <SortHead column="quality" sort={sort}>
              Quality since then
            </SortHead>
            <SortHead column="course" sort={sort} className={table.wideOnly}>
              By day, 14 days
            </SortHead>
            <SortHead column="drifted" sort={sort} numeric className={table.wideOnly}>
              Drifted columns
            </SortHead>
            <SortHead column="predictions" sort={sort} numeric className={table.wideOnly}>
              Predictions, last day
            </SortHead>
            <SortHead column="labelled" sort={sort} numeric className={table.wideOnly}>
              Labeled
            </SortHead>
            <SortHead column="loss" sort={sort} numeric className={table.wideOnly}>
              Loss per day
            </SortHead>
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <Row key={row.name} row={row} />
          ))}
        </tbody>
      </table>
    </SidewaysBox>
  );
}

const PENDING = <Skeleton height={16} width={56} />;

function Row({ row }: { readonly row: MonitorRow }) {
  const { name, model, health, latest, isLoaded, course } = row;
  const cell = `${table.number} ${table.wideOnly}`;
  return (
    <tr>
      <th scope="row">
        <Link to="/monitoring/$monitor" params={{ monitor: name }} className={table.rowLink}>
          {name}
        </Link>
        <span className={`${layout.sub} ${styles.above}`}>
          <Link to="/models/$model" params={{ model }} className={parts.textLink}>
            {model}
          </Link>
        </span>
      </th>
      <td>{health === undefined ? PENDING : <HealthMark status={health.status} reasons={health.reasons} />}</td>
      <td>{health === undefined ? PENDING : <Running row={row} />}</td>
      <td>{health === undefined ? PENDING : <Quality row={row} />}</td>
      <td className={table.wideOnly}>
        {isLoaded ? (
          <span data-tip="Line: all predictions by day. Dot: the running version alone.">
            <Spark values={course} dot={health?.quality?.value} />
          </span>
        ) : (
          PENDING
        )}
      </td>
      <td className={cell}>{isLoaded ? <DriftedColumns row={row} /> : PENDING}</td>
      <td className={cell}>{isLoaded ? formatCount(latest?.predictions ?? 0) : PENDING}</td>
      <td className={cell}>
        {!isLoaded ? (
          PENDING
        ) : latest === undefined ? (
          <Unknown reason="No recent predictions." />
        ) : (
          formatPercent(latest.completeness * 100)
        )}
      </td>
      <td className={cell}>{health === undefined ? PENDING : <Loss row={row} />}</td>
    </tr>
  );
}

function Running({ row: { health, model } }: { readonly row: MonitorRow }) {
  if (health === undefined || health.running.length === 0)
    return <Unknown reason="No prediction with a version has come yet." />;
  return (
    <>
      {health.running.map(({ version, since }) => (
        <span key={version} className={styles.above}>
          <VersionLink model={model} version={version}>
            v{version}
          </VersionLink>
          {since !== null && <span className={`${layout.sub} ${table.wideOnly}`}>since {formatInstant(since)}</span>}
        </span>
      ))}
    </>
  );
}

function Quality({ row: { health, spec } }: { readonly row: MonitorRow }) {
  const quality = health?.quality ?? null;
  if (quality === null) return <Unknown reason={spec.quality === undefined ? NO_KIND : NO_LABELS} />;
  const { metric, value, lower, upper, predictions, estimated } = quality;
  return (
    <span className={styles.quality}>
      <span className={styles.metric}>{metric} </span>
      <data value={String(value)} data-tip={`${value} of ${formatCount(predictions)} predictions`}>
        {formatMeasure(value)}
      </data>
      {lower !== null && upper !== null && (
        <span className={`${layout.sub} ${table.wideOnly}`}>
          {formatMeasure(lower)} to {formatMeasure(upper)}
          {estimated && ', estimated'}
        </span>
      )}
    </span>
  );
}

function DriftedColumns({ row: { drifted } }: { readonly row: MonitorRow }) {
  if (drifted === null) return <Unknown reason={NO_DRIFT} />;
  return (
    <>
      {drifted.text}
      {!drifted.isRunning && (
        <span className={layout.sub} data-tip="The running version has no verdict on drift yet.">
          on v{drifted.version}
        </span>
      )}
    </>
  );
}

function Loss({ row: { health, loss, lossBefore } }: { readonly row: MonitorRow }) {
  if (loss !== null)
    return (
      <span className={styles.cost}>
        <MoneyFigure money={loss} />
      </span>
    );
  const isOpen = health?.alerts.some(({ standing }) => standing === 'open') === true;
  if (isOpen) return <Unknown reason={NO_VALUE} />;
  return (
    <span
      data-tip={
        lossBefore === null ? undefined : `Alerts of earlier versions: estimated ${formatMoney(lossBefore)} a day then.`
      }
    >
      none
    </span>
  );
}
