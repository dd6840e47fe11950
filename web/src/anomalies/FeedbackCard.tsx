import { useState } from 'react';
import type { Anomaly, AnomalyVerdict } from '../../../src/finops/anomalies/schema.ts';
import { verdicts } from '../../../src/finops/anomalies/selection/schema.ts';
import { formatDay, formatInstant } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import parts from '../parts/parts.module.css';
import { UndoNotice } from '../parts/UndoNotice.tsx';
import styles from './anomalies.module.css';
import { FeedbackDialog } from './FeedbackDialog.tsx';
import { useFeedback } from './use-anomalies.ts';
import { VERDICTS } from './words.ts';

/** Feedback on the anomaly, which later alarms follow; the last feedback can be undone. */
export function FeedbackCard({ anomaly }: { readonly anomaly: Anomaly }) {
  const feedback = useFeedback(anomaly.id);
  const [asked, setAsked] = useState<AnomalyVerdict | null>(null);
  const { saved, undo, dismiss } = feedback;
  const own = anomaly.feedback;
  const ask = (verdict: AnomalyVerdict) => {
    feedback.say.reset();
    setAsked(verdict);
  };
  return (
    <Card title="Feedback" note={own === null ? 'No feedback yet.' : formatFeedback(own)}>
      {saved?.feedback != null && (
        <div className={styles.notes}>
          <UndoNotice busy={undo.isPending} undo={() => undo.mutate()} dismiss={dismiss}>
            Marked as {VERDICTS[saved.feedback.verdict].label.toLowerCase()} and no longer counted. A new scan has
            started.
          </UndoNotice>
        </div>
      )}
      {undo.error !== null && (
        <p className={parts.refused} role="alert">
          {undo.error.message}
        </p>
      )}
      <ul className={styles.verdicts}>
        {verdicts.map((verdict) => (
          <li key={verdict}>
            <button
              type="button"
              className={parts.button}
              aria-pressed={own?.verdict === verdict}
              onClick={() => ask(verdict)}
            >
              {VERDICTS[verdict].label}…
            </button>
            <span>{VERDICTS[verdict].does}</span>
          </li>
        ))}
        {own !== null && own.from === null && saved === null && (
          <li>
            <button type="button" className={parts.button} disabled={undo.isPending} onClick={() => undo.mutate()}>
              Withdraw feedback
            </button>
            <span>Alerts work as if there had been no feedback.</span>
          </li>
        )}
      </ul>
      {asked !== null && (
        <FeedbackDialog anomaly={anomaly} verdict={asked} feedback={feedback} onClose={() => setAsked(null)} />
      )}
    </Card>
  );
}

function formatFeedback({ verdict, until, note, by, at, from }: NonNullable<Anomaly['feedback']>): string {
  const plan = until === null ? '' : ` until ${formatDay(until)}`;
  const why = note === null ? '' : `: ${note}`;
  const again = from === null ? '' : ', taken over from an earlier anomaly';
  return `${VERDICTS[verdict].label}${plan}, marked by ${by} on ${formatInstant(at)}${again}${why}`;
}
