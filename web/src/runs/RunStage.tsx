import { useState } from 'react';
import { CallError } from '../client.ts';
import { counted } from '../format/number.ts';
import { FormDialog } from '../parts/FormDialog.tsx';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import styles from './runs.module.css';
import { useRunStage } from './use-run.ts';

interface RunStageProps {
  readonly runId: string;
  readonly name: string;
  readonly stage: 'active' | 'deleted';
  /** Versions registered from it. */
  readonly versions: number;
}

/** Deletes a run after a confirmation that states the effect, and restores it. */
export function RunStage({ runId, name, stage, versions }: RunStageProps) {
  const [asking, setAsking] = useState(false);
  const [justDone, setJustDone] = useState(false);
  const change = useRunStage(runId, () => {
    setAsking(false);
    setJustDone(true);
  });
  const failed = change.error instanceof CallError ? change.error.problem.detail : null;
  if (stage === 'deleted') {
    return (
      <Notice
        kind={failed === null ? 'status' : 'alert'}
        actions={
          <button
            type="button"
            className={parts.button}
            disabled={change.isPending}
            onClick={() => change.mutate('active')}
          >
            {justDone ? 'Undo' : 'Restore'}
          </button>
        }
      >
        {failed ??
          `${justDone ? 'Done: this run is deleted' : 'This run is deleted'}. Searches leave it out; all of it is still here until retention removes it.`}
      </Notice>
    );
  }
  return (
    <>
      {failed !== null && <Notice kind="alert">{failed}</Notice>}
      {justDone && failed === null && <Notice kind="status">Done: this run is active again.</Notice>}
      <div>
        <button type="button" className={parts.button} onClick={() => setAsking(true)}>
          Delete this run…
        </button>
      </div>
      {asking && (
        <FormDialog
          title="Delete this run?"
          act="Delete"
          acting="Deleting…"
          pending={change.isPending}
          error={null}
          onSubmit={() => change.mutate('deleted')}
          onClose={() => setAsking(false)}
        >
          <p>
            <strong>{name}</strong> disappears from lists and searches. Its metrics, artifacts and cost stay, and you
            can restore it here until retention removes it.
          </p>
          <p className={styles.quiet}>
            {versions === 0
              ? 'No registered version comes from it.'
              : `${counted(versions, 'registered version')} made from it stay as they are and keep serving.`}
          </p>
        </FormDialog>
      )}
    </>
  );
}
