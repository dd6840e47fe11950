import { Link } from '@tanstack/react-router';
import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { Monitor, MonitorWindow } from '../../../src/mlops/monitors/schema.ts';
import type { DriftWindow } from '../../../src/mlops/quality/drift-windows/schema.ts';
import { formatCount, formatPercent } from '../format/number.ts';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Skeleton } from '../parts/Skeleton.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import { AlertMark } from './AlertMark.tsx';
import styles from './monitoring.module.css';
import { QualityEstimate } from './QualityEstimate.tsx';
import {
  CAUSES,
  driftedColumns,
  findLatest,
  findWorst,
  moneyPerDay,
  NO_DRIFT,
  NO_KIND,
  NO_LABELS,
  NO_VALUE,
} from './words.ts';

interface MonitorsTableProps {
  readonly monitors: readonly Monitor[];
  readonly open: readonly Alert[];
  readonly windows: ReadonlyMap<string, readonly MonitorWindow[]>;
  readonly drift: ReadonlyMap<string, readonly DriftWindow[]>;
}

/** Every monitor with its latest day, its drift and its open episodes. */
export function MonitorsTable({ monitors, open, windows, drift }: MonitorsTableProps) {
  return (
    <table className={table.table} data-testid="monitors">
      <thead>
        <tr>
          <th scope="col">Monitor</th>
          <th scope="col">State</th>
          <th scope="col" className={table.wideOnly}>
            Model
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Predictions
          </th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Labelled
          </th>
          <th scope="col">Quality</th>
          <th scope="col" className={`${table.number} ${table.wideOnly}`}>
            Drifted columns
          </th>
          <th scope="col" className={table.number}>
            Cost per day
          </th>
        </tr>
      </thead>
      <tbody>
        {monitors.map((monitor) => (
          <Row
            key={monitor.monitor}
            monitor={monitor}
            open={open.filter((alert) => alert.monitor === monitor.monitor)}
            windows={windows.get(monitor.monitor)}
            drift={drift.get(monitor.monitor)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly monitor: Monitor;
  readonly open: readonly Alert[];
  readonly windows: readonly MonitorWindow[] | undefined;
  readonly drift: readonly DriftWindow[] | undefined;
}

function Row({ monitor: { monitor, spec }, open, windows, drift }: RowProps) {
  const latest = findLatest(windows ?? []);
  const [quality] = latest?.shown ?? [];
  const drifted = driftedColumns(drift ?? []);
  const worth = moneyPerDay(open);
  const pending = <Skeleton height={16} width={56} />;
  const cell = `${table.number} ${table.wideOnly}`;
  return (
    <tr>
      <th scope="row">
        <Link to="/monitoring/$monitor" params={{ monitor }} className={table.rowLink}>
          {monitor}
        </Link>
      </th>
      <td>
        <AlertMark state={findWorst(open.map(({ state }) => state))} />
        {open.length > 0 && (
          <span className={`${layout.sub} ${table.wideOnly}`}>{open.map(({ cause }) => CAUSES[cause]).join(', ')}</span>
        )}
      </td>
      <td className={table.wideOnly}>
        <Link to="/models/$model" params={{ model: spec.model }} className={`${parts.textLink} ${styles.above}`}>
          {spec.model}
        </Link>
      </td>
      <td className={cell}>{windows === undefined ? pending : formatCount(latest?.predictions ?? 0)}</td>
      <td className={cell}>
        {windows === undefined ? (
          pending
        ) : latest === undefined ? (
          <Unknown reason="No recent predictions." />
        ) : (
          formatPercent(latest.completeness * 100)
        )}
      </td>
      <td>
        {windows === undefined ? (
          pending
        ) : quality === undefined ? (
          <Unknown reason={spec.quality === undefined ? NO_KIND : NO_LABELS} />
        ) : (
          <QualityEstimate quality={quality} named />
        )}
      </td>
      <td className={cell}>{drifted ?? <Unknown reason={NO_DRIFT} />}</td>
      <td className={table.number}>
        {worth === null ? (
          open.length === 0 ? (
            'nothing'
          ) : (
            <Unknown reason={NO_VALUE} />
          )
        ) : (
          <span className={styles.cost}>
            <MoneyFigure money={worth} />
          </span>
        )}
      </td>
    </tr>
  );
}
