import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';
import { EXAMPLE, EXAMPLE_COMMAND, EXAMPLE_FILE } from './example.ts';

/** Explains endpoints, with an example document and the command that applies it. */
export function NoEndpoints() {
  return (
    <EmptyState
      shows="Every endpoint with its traffic, latency, errors, and cost per 1,000 predictions."
      why={`No endpoint has been applied yet. Name a registered model that has an ONNX file in ${EXAMPLE_FILE}, and apply it.`}
      command={EXAMPLE_COMMAND}
    >
      <ExampleFile name={EXAMPLE_FILE} text={EXAMPLE} />
    </EmptyState>
  );
}
