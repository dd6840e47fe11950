import type { ViewSchedule } from '../../../src/tradeoff/view-schedules/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { describeDelivery } from './schedule-text.ts';
import styles from './views.module.css';

interface ScheduleStateProps {
  readonly schedule: ViewSchedule;
  readonly busy: boolean;
  readonly onSend: () => void;
  readonly onStop: () => void;
}

/** Next and last message of a scheduled view, with the actions on it. */
export function ScheduleState({ schedule, busy, onSend, onStop }: ScheduleStateProps) {
  const { nextAt, last, owner } = schedule;
  return (
    <div className={styles.state}>
      <p aria-live="polite">
        <b>Next:</b> {nextAt === null ? 'paused' : <Instant at={nextAt} />}. <b>Last:</b>{' '}
        {last === null ? (
          'none yet'
        ) : (
          <>
            {describeDelivery(last)}, <Instant at={last.sentAt} />
          </>
        )}
        . Figures are read as {owner}.
      </p>
      {last !== null && last.error !== null && <p className={parts.refused}>{last.error}</p>}
      <div className={styles.acts}>
        <button type="button" className={parts.button} disabled={busy} onClick={onSend}>
          Send now
        </button>
        <button type="button" className={parts.button} disabled={busy} onClick={onStop}>
          Stop sending
        </button>
      </div>
    </div>
  );
}
