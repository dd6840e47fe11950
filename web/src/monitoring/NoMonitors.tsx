import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { EXAMPLE, EXAMPLE_COMMAND, EXAMPLE_FILE } from './example.ts';

/** Explains monitors, with an example document and the command that applies it. */
export function NoMonitors() {
  return (
    <EmptyState
      shows="Every monitor: current quality, drift, labels and cost per day."
      why={`No monitor has been applied yet. Name a model in ${EXAMPLE_FILE}, and apply it; predictions of an endpoint arrive automatically, send others through the API.`}
      command={EXAMPLE_COMMAND}
    >
      <ExampleFile name={EXAMPLE_FILE} text={EXAMPLE} />
    </EmptyState>
  );
}
