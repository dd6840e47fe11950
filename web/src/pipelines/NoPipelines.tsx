import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { EXAMPLE, EXAMPLE_COMMAND, EXAMPLE_FILE } from './example.ts';

/** Explains pipelines, with a working example and the command that applies it. */
export function NoPipelines() {
  return (
    <EmptyState
      shows="Every pipeline with its latest run: result, duration and cost."
      why={`No pipeline has been applied yet. Save this one as ${EXAMPLE_FILE}, apply it, and run it from here.`}
      command={EXAMPLE_COMMAND}
    >
      <ExampleFile name={EXAMPLE_FILE} text={EXAMPLE} />
    </EmptyState>
  );
}
