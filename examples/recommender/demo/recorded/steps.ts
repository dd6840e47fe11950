/** Steps of loading the recorded demo, in order. */
export const DEMO_STEPS = [
  'Teams, prices, allocation rules, budgets and the policy',
  'Six trained models with their evaluations',
  'Bills of two clouds, with a corrected month',
  'Decisions of the gate',
  'Readings of sixteen GPUs, with their holders',
  'Predictions of the last days, with their outcomes',
  'Orders and margins',
  'Visits at the endpoint',
  'Savings',
  'Runs of a pipeline',
] as const;
