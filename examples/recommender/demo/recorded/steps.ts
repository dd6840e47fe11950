/** Steps of loading the recorded demo, in order. */
export const DEMO_STEPS = [
  'Teams, prices, allocation rules, budgets and the policy',
  'Bills of two clouds, with a corrected month',
  'Readings of sixteen GPUs, with their holders',
  'Six trained models with their evaluations',
  'Decisions of the gate',
  'Predictions of the last days, with their outcomes',
  'Orders and margins',
  'Savings',
] as const;
