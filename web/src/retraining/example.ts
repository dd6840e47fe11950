/** Example manifest of a retraining; its monitor and its pipeline must exist. */
export const EXAMPLE = `apiVersion: steelyard/v1
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

export const EXAMPLE_FILE = 'retraining.yaml';
export const EXAMPLE_COMMAND = `steelyard apply -f ${EXAMPLE_FILE}`;
