import { EmptyState } from '../parts/EmptyState.tsx';
import { ExampleFile } from '../parts/ExampleFile.tsx';

/** Example manifest of a retraining; its monitor and its pipeline must exist. */
const EXAMPLE = `apiVersion: steelyard/v1
kind: Retraining
metadata:
  name: ranker
spec:
  model: ranker
  monitor: ranker
  pipeline: training
  on:
    - episode: {causes: [drift, quality]}
    - {labels: 10000}
  worth:
    valuePerPrediction: {amount: "0.002", currency: USD}
    horizon: 30d
`;

const EXAMPLE_FILE = 'retraining.yaml';
const EXAMPLE_COMMAND = `steelyard apply -f ${EXAMPLE_FILE}`;

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
