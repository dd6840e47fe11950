import type { AlertStanding } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { formatInstant } from '../format/time.ts';
import { Skeleton } from '../parts/Skeleton.tsx';
import { AlertMark } from './AlertMark.tsx';
import styles from './monitoring.module.css';
import { useStandings } from './use-monitors.ts';
import { CAUSES } from './words.ts';

interface StandingsProps {
  readonly monitor: string;
  readonly alerts: MonitorSpec['alerts'];
}

/** State of each alert of the monitor, in a row; the names reserve the space until it is loaded. */
export function Standings({ monitor, alerts }: StandingsProps) {
  const { data } = useStandings(monitor);
  return (
    <ul className={styles.standings} aria-label={`Alerts of ${monitor}`}>
      {alerts.map(({ name }) => {
        const standing = data?.alerts.find(({ alert }) => alert === name);
        return (
          <li key={name} data-tip={standing && formatTip(standing)}>
            <strong>{name}</strong>
            {standing === undefined ? <Skeleton height={16} width={40} /> : <AlertMark state={standing.state} />}
          </li>
        );
      })}
    </ul>
  );
}

function formatTip({ cause, reason, lookedAt }: AlertStanding): string {
  const when = lookedAt === null ? '' : ` (${formatInstant(lookedAt)})`;
  return `${CAUSES[cause]}: ${reason ?? 'not evaluated yet'}${when}`;
}
