/** The FOCUS cost columns, as options and as the verb of a sentence: "$48,210 billed in November". */
export const METRICS = [
  { value: 'billedCost', label: 'Billed cost', phrase: 'billed' },
  { value: 'effectiveCost', label: 'Effective cost', phrase: 'of effective cost' },
  { value: 'listCost', label: 'List cost', phrase: 'at list price' },
  { value: 'contractedCost', label: 'Contracted cost', phrase: 'at contracted price' },
] as const;

export type MetricName = (typeof METRICS)[number]['value'];

/** `billedCost` -> `billed`. */
export function formatMetric(metric: MetricName): string {
  return METRICS.find((one) => one.value === metric)?.phrase ?? metric;
}
