import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { EXAMPLE, EXAMPLE_COMMAND, EXAMPLE_FILE } from './example.ts';

/** Explains monitors, with an example document and the command that applies it. */
export function NoMonitors() {
  return (
    <EmptyState
      shows="Every monitor: how good its model is now, what drifts, which labels have come, and what that costs a day."
      why={`No monitor has been applied yet. Name a model in ${EXAMPLE_FILE}, and apply it; predictions of an endpoint come by themselves, others are sent.`}
      command={EXAMPLE_COMMAND}
    >
      <ExampleFile name={EXAMPLE_FILE} text={EXAMPLE} />
    </EmptyState>
  );
}
