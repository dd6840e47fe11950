/** Steps of loading the recorded demo, in order. */
export const DEMO_STEPS = [
  'Teams, prices, allocation rules, budgets and the policy',
  'Six trained models with their evaluations, readings of sixteen GPUs',
  'Bills of two clouds, with a corrected month',
  'Decisions of the gate',
  'Predictions of the last days, with their outcomes',
  'Orders and margins',
  'Visits at the endpoint',
  'Savings',
  'Runs of a pipeline',
] as const;

/** The first step after all bills are imported. */
export const AFTER_BILLS = DEMO_STEPS[3];
