/** Measures that can be anomalous. */
export const measures = [
  'cost',
  'quantity',
  'unit_cost',
  'cost_per_1000_predictions',
  'gpu_idle_cost',
  'gpu_utilization',
] as const;
/** Verdicts of a person on an anomaly. */
export const verdicts = ['expected', 'planned', 'wrong'] as const;
