import { useState } from 'react';
import type { Anomaly, AnomalyVerdict } from '../../../src/finops/anomalies/schema.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import styles from './anomalies.module.css';
import type { Feedback } from './use-anomalies.ts';
import { VERDICTS } from './words.ts';

interface FeedbackDialogProps {
  readonly anomaly: Anomaly;
  readonly verdict: AnomalyVerdict;
  readonly feedback: Feedback;
  readonly onClose: () => void;
}

/** Shows the effect of a verdict before it is sent, and asks for a reason; a plan has a last day. */
export function FeedbackDialog({ anomaly, verdict, feedback: { say }, onClose }: FeedbackDialogProps) {
  const [note, setNote] = useState('');
  const [until, setUntil] = useState('');
  const { label, does } = VERDICTS[verdict];
  const submit = () =>
    say.mutate(
      {
        verdict,
        ...(note.trim() === '' ? {} : { note: note.trim() }),
        ...(verdict === 'planned' && until !== '' ? { until } : {}),
      },
      { onSuccess: onClose },
    );
  return (
    <FormDialog
      title={`Mark as ${label.toLowerCase()}?`}
      act={label}
      acting="Saving…"
      pending={say.isPending}
      error={say.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{does} The anomaly leaves the totals. You can withdraw the feedback.</p>
      {verdict === 'planned' && (
        <label className={styles.field}>
          Last day of the plan
          <input
            type="date"
            className={parts.line}
            min={anomaly.start}
            value={until}
            onChange={(event) => setUntil(event.target.value)}
          />
        </label>
      )}
      <label className={styles.field}>
        Reason (optional)
        <input
          className={parts.line}
          maxLength={2000}
          autoComplete="off"
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
