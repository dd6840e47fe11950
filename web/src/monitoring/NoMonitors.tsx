import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';

/** Example manifest of a monitor; predictions and labels may arrive before or after it. */
const EXAMPLE = `apiVersion: steelyard/v1
kind: Monitor
metadata:
  name: ranker
spec:
  model: ranker
  labels: {withinDays: 7}
  quality: {kind: classification, positive: clicked}
  drift:
    reference: {first: 1000}
    window: {hours: 24}
  alerts:
    - {name: drifted, on: drift}
    - {name: accurate, on: quality, metric: accuracy, worseThan: 0.8}
`;

const EXAMPLE_FILE = 'monitor.yaml';
const EXAMPLE_COMMAND = `steelyard apply -f ${EXAMPLE_FILE}`;

/** Explains monitors, with an example document and the command that applies it. */
export function NoMonitors() {
  return (
    <EmptyState
      shows="Every monitor: current quality, drift, labels and cost per day."
      why={`No monitor has been applied yet. Create one with New monitor, or name a model in ${EXAMPLE_FILE}, and apply it; predictions of an endpoint arrive automatically, send others through the API.`}
      command={EXAMPLE_COMMAND}
    >
      <ExampleFile name={EXAMPLE_FILE} text={EXAMPLE} />
    </EmptyState>
  );
}
