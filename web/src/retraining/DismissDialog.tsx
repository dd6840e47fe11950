import { useState } from 'react';
import type { RetrainingRoundSummary } from '../../../src/tradeoff/retraining/schema.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import parts from '../parts/parts.module.css';
import styles from './retraining.module.css';
import { useDismiss } from './use-retrainings.ts';

interface DismissDialogProps {
  readonly round: RetrainingRoundSummary;
  readonly onClose: () => void;
}

/** Asks for confirmation before a round is dismissed, which is final. */
export function DismissDialog({ round: { retraining, round, trigger }, onClose }: DismissDialogProps) {
  const [reason, setReason] = useState('');
  const dismiss = useDismiss(retraining, round, onClose);
  const title = `Dismiss round ${round} of ${retraining}?`;
  return (
    <FormDialog
      title={title}
      act="Dismiss"
      acting="Dismissing…"
      cancel="Keep waiting"
      pending={dismiss.isPending}
      error={dismiss.error}
      onSubmit={() => dismiss.mutate(reason.trim())}
      onClose={onClose}
    >
      <p>No training starts for {trigger.detail}. It cannot be undone, but the model can be retrained at any time.</p>
      <label className={styles.field}>
        Reason (for the record)
        <input
          className={parts.line}
          maxLength={500}
          autoComplete="off"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
    </FormDialog>
  );
}
