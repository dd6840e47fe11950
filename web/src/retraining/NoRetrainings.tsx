import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { EXAMPLE, EXAMPLE_COMMAND, EXAMPLE_FILE } from './example.ts';

/** Explains retrainings, with an example document and the command that applies it. */
export function NoRetrainings() {
  return (
    <EmptyState
      shows="Every retraining with its triggers, its cost-benefit check and the result of each round."
      why={`No retraining has been applied yet. Name a model, its monitor and the pipeline that trains it in ${EXAMPLE_FILE}, and apply it.`}
      command={EXAMPLE_COMMAND}
    >
      <ExampleFile name={EXAMPLE_FILE} text={EXAMPLE} />
    </EmptyState>
  );
}
