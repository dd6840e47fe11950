import type { Experiment } from '../../../src/mlops/runs/schema.ts';
import { NoteCard } from '../notes/NoteCard.tsx';
import { NOTE_TAG, useEditExperiment } from './use-edit-experiment.ts';

/** Note of an experiment. */
export function ExperimentNote({ experiment }: { readonly experiment: Experiment }) {
  const edit = useEditExperiment(experiment.experimentId);
  return (
    <NoteCard
      of="this experiment"
      text={experiment.tags[NOTE_TAG] || null}
      locked={experiment.lifecycleStage === 'deleted' ? 'The experiment is deleted.' : undefined}
      pending={edit.isPending}
      error={edit.error?.message}
      onOpen={edit.reset}
      onSave={(note) => edit.mutateAsync({ note })}
    />
  );
}
