import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { RetrainingRoundSummary } from '../../../src/tradeoff/retraining/schema.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import layout from '../parts/layout.module.css';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import styles from './retraining.module.css';
import { useStart } from './use-retrainings.ts';

interface StartDialogProps {
  readonly retraining: string;
  readonly pipeline: string;
  /** The waiting round; null starts a new one. */
  readonly round: RetrainingRoundSummary | null;
  readonly onClose: () => void;
}

/** Asks for confirmation before a retraining starts, and shows its expected gain and the pipeline. */
export function StartDialog({ retraining, pipeline, round, onClose }: StartDialogProps) {
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const [requestKey] = useState(() => crypto.randomUUID());
  const start = useStart(retraining, (started) => {
    onClose();
    void navigate({
      to: '/retraining/$retraining/rounds/$round',
      params: { retraining, round: String(started.round) },
    });
  });
  const title = round === null ? `Retrain ${retraining} now?` : `Start round ${round.round} of ${retraining} now?`;
  return (
    <FormDialog
      title={title}
      act="Start"
      acting="Starting…"
      pending={start.isPending}
      error={start.error}
      onSubmit={() => start.mutate({ round: round?.round ?? null, reason: reason.trim(), requestKey })}
      onClose={onClose}
    >
      <p>
        The pipeline {pipeline} runs, whatever the cost-benefit check says
        {round === null ? ', on the data since the last training' : ', on the data that its trigger implies'}. The gate
        decides as usual: the live version stays until a candidate beats it.
      </p>
      {round !== null && (
        <p className={layout.quiet}>
          {round.reason}{' '}
          {round.gain !== null && (
            <>
              Its expected gain is <MoneyFigure money={round.gain} />.
            </>
          )}
        </p>
      )}
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
