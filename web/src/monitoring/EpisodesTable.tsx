import { Link } from '@tanstack/react-router';
import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import { formatInstant } from '../format/time.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { AlertMark } from './AlertMark.tsx';
import styles from './monitoring.module.css';
import { CAUSES, lossText, NO_LOSS, NO_VALUE } from './words.ts';

interface EpisodesTableProps {
  readonly monitor: string;
  /** Those that are open first, then the latest first. */
  readonly alerts: readonly Alert[];
  readonly onMute: (alert: Alert) => void;
  readonly onUnmute: (alert: Alert) => void;
}

/** Episodes of alerts: evidence, cost, and a mute button. */
export function EpisodesTable({ monitor, alerts, onMute, onUnmute }: EpisodesTableProps) {
  return (
    <SortableTable
      label={`Episodes of ${monitor}`}
      rows={alerts}
      columns={[
        { head: 'Alert', by: (one) => one.alert },
        { head: 'State', by: (one) => (one.closedAt === null ? one.state : 'closed') },
        { head: 'Evidence', by: (one) => one.reason, className: table.wideOnly },
        {
          head: 'Quality loss',
          by: (one) => (one.loss === null ? null : lossText(one.loss)),
          className: table.wideOnly,
        },
        { head: 'Cost per day', by: (one) => one.moneyPerDay?.amount, numeric: true },
        { head: 'Opened', by: (one) => one.openedAt, className: table.wideOnly },
        { hiddenHead: 'Mute', className: styles.act },
      ]}
      row={(alert) => <Row key={alert.episode} alert={alert} onMute={onMute} onUnmute={onUnmute} />}
    />
  );
}

interface RowProps extends Pick<EpisodesTableProps, 'onMute' | 'onUnmute'> {
  readonly alert: Alert;
}

function Row({ alert: one, onMute, onUnmute }: RowProps) {
  const { alert, cause, state, reason, loss, moneyPerDay, openedAt, closedAt, mute, version, model, columns } = one;
  return (
    <tr className={closedAt === null ? undefined : styles.closed}>
      <th scope="row">
        {alert}
        <span className={`${layout.sub} ${styles.narrowOnly}`}>{reason}</span>
        <span className={layout.sub}>
          {CAUSES[cause]}
          {version !== null && (
            <>
              ,{' '}
              <Link to="/models/$model/versions/$version" params={{ model, version }} className={parts.textLink}>
                version {version}
              </Link>
            </>
          )}
        </span>
      </th>
      <td>
        {closedAt === null ? <AlertMark state={state} /> : <span className={layout.quiet}>closed</span>}
        {mute !== null && (
          <span className={layout.sub} data-tip={`By ${mute.by}: ${mute.why}`}>
            muted until {formatInstant(mute.until)}
          </span>
        )}
      </td>
      <td className={`${styles.why} ${table.wideOnly}`}>
        {reason}
        {columns.length > 0 && <span className={layout.sub}>{columns.join(', ')}</span>}
      </td>
      <td className={table.wideOnly}>{loss === null ? <Unknown reason={NO_LOSS} /> : lossText(loss)}</td>
      <td className={table.number}>
        {moneyPerDay === null ? (
          <Unknown reason={NO_VALUE} />
        ) : (
          <span className={styles.cost}>
            <MoneyFigure money={moneyPerDay} />
          </span>
        )}
      </td>
      <td className={table.wideOnly}>
        <Instant at={openedAt} />
        {closedAt !== null && (
          <span className={layout.sub}>
            closed <Instant at={closedAt} />
          </span>
        )}
      </td>
      <td className={styles.act}>
        {closedAt === null &&
          (mute === null ? (
            <button type="button" className={parts.button} onClick={() => onMute(one)} aria-label={`Mute ${alert}…`}>
              Mute…
            </button>
          ) : (
            <button type="button" className={parts.button} onClick={() => onUnmute(one)} aria-label={`Unmute ${alert}`}>
              Unmute
            </button>
          ))}
      </td>
    </tr>
  );
}
