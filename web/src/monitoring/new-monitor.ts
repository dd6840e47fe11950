/** Start of a new monitor. */
export const NEW_MONITOR = `apiVersion: steelyard/v1
kind: Monitor
metadata:
  name: ""
spec:
  model: ""
  quality:
    kind: classification
  alerts:
    - name: quality
      on: quality
      metric: ""
      worseThan: 0.8
`;
