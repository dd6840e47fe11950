/** Example manifest of a monitor; predictions and labels may arrive before or after it. */
export const EXAMPLE = `apiVersion: steelyard/v1
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

export const EXAMPLE_FILE = 'monitor.yaml';
export const EXAMPLE_COMMAND = `steelyard apply -f ${EXAMPLE_FILE}`;
