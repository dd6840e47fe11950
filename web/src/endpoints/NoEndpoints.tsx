import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';

/** Example manifest of an endpoint; the model must be registered first. */
const EXAMPLE = `apiVersion: steelyard/v1
kind: Endpoint
metadata:
  name: ranker
spec:
  variants:
    main:
      model: ranker
      version: 1
      backend: onnx
`;

const EXAMPLE_FILE = 'endpoint.yaml';
const EXAMPLE_COMMAND = `steelyard endpoint apply -f ${EXAMPLE_FILE} --wait`;

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
