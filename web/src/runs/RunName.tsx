import { useState } from 'react';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import { EditForm } from '../parts/EditForm.tsx';
import parts from '../parts/parts.module.css';
import styles from './runs.module.css';
import type { EditedRun } from './use-edit-run.ts';

interface RunNameProps {
  readonly run: Run;
  readonly editing: EditedRun;
}

/** The run's name, edited in place. The name of a deleted run cannot be changed. */
export function RunName({ run, editing: { change } }: RunNameProps) {
  const [open, setOpen] = useState(false);
  const before = run.runName;
  const save = (text: string) => {
    const name = text.trim();
    if (name === before) return setOpen(false);
    change.mutate(
      { edit: { runName: name }, text: `The run was ${before} and is ${name} now.`, back: { runName: before } },
      { onSuccess: () => setOpen(false) },
    );
  };
  if (open) {
    return (
      <EditForm
        label="Name of the run"
        initial={before}
        pending={change.isPending}
        error={change.error?.message}
        onSave={save}
        onCancel={() => setOpen(false)}
      />
    );
  }
  return (
    <>
      <span className={styles.key}>{before}</span>{' '}
      {run.lifecycleStage === 'active' && (
        <button
          type="button"
          className={parts.plain}
          onClick={() => {
            change.reset();
            setOpen(true);
          }}
        >
          Rename
        </button>
      )}
    </>
  );
}
