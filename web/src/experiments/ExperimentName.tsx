import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Experiment } from '../../../src/mlops/runs/schema.ts';
import { CopyButton } from '../parts/CopyButton.tsx';
import { EditForm } from '../parts/EditForm.tsx';
import parts from '../parts/parts.module.css';
import styles from './experiments.module.css';
import { NOTE_TAG, useEditExperiment } from './use-edit-experiment.ts';

interface ExperimentNameProps {
  readonly experiment: Experiment | undefined;
  readonly noteOpen: boolean;
  readonly onNote: (open: boolean) => void;
}

/** Link to all experiments, and the actions on this one. */
export function ExperimentName({ experiment, noteOpen, onNote }: ExperimentNameProps) {
  const [open, setOpen] = useState(false);
  const edit = useEditExperiment(experiment?.experimentId ?? '');
  const active = experiment?.lifecycleStage === 'active';
  const noted = experiment !== undefined && (experiment.tags[NOTE_TAG] ?? '') !== '';
  if (open && experiment !== undefined) {
    return (
      <div className={styles.trail}>
        <EditForm
          label="Name of the experiment"
          initial={experiment.name}
          pending={edit.isPending}
          error={edit.error?.message}
          hint="Clients that set_experiment by the old name make a new experiment."
          onSave={(text) => edit.mutate({ name: text.trim() }, { onSuccess: () => setOpen(false) })}
          onCancel={() => setOpen(false)}
        />
      </div>
    );
  }
  return (
    <p className={styles.trail}>
      <Link to="/experiments" className={parts.textLink}>
        All experiments
      </Link>
      {experiment !== undefined && (
        <span>
          <span className={styles.trailId}>id {experiment.experimentId}</span>
          <CopyButton text={experiment.experimentId} what="the experiment id" />
        </span>
      )}
      {active && (
        <button
          type="button"
          className={parts.plain}
          onClick={() => {
            edit.reset();
            setOpen(true);
          }}
        >
          Rename
        </button>
      )}
      {(active || noted) && (
        <button type="button" className={parts.plain} aria-expanded={noteOpen} onClick={() => onNote(!noteOpen)}>
          {noted ? (noteOpen ? 'Hide the note' : 'Show the note') : noteOpen ? 'No note' : 'Write a note'}
        </button>
      )}
    </p>
  );
}
