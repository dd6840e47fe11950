import { formatInstant } from '../format/time.ts';
import { AlertMark } from './AlertMark.tsx';
import styles from './monitoring.module.css';
import { useStandings } from './use-monitors.ts';
import { CAUSES } from './words.ts';

/** Where each alert of the monitor stands, in a row. */
export function Standings({ monitor }: { readonly monitor: string }) {
  const { data } = useStandings(monitor);
  return (
    <ul className={styles.standings} aria-label={`Alerts of ${monitor}`}>
      {(data?.alerts ?? []).map(({ alert, cause, state, reason, lookedAt }) => (
        <li
          key={alert}
          data-tip={`${CAUSES[cause]}: ${reason ?? 'nobody has looked yet'}${lookedAt === null ? '' : ` (${formatInstant(lookedAt)})`}`}
        >
          <strong>{alert}</strong>
          <AlertMark state={state} />
        </li>
      ))}
    </ul>
  );
}
