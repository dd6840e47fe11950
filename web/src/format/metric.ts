/** The FOCUS cost columns, as options and as the verb of a sentence: "$48,210 billed in November". */
export const METRICS = [
  { value: 'billedCost', label: 'Billed cost', said: 'billed' },
  { value: 'effectiveCost', label: 'Effective cost', said: 'of effective cost' },
  { value: 'listCost', label: 'List cost', said: 'at list price' },
  { value: 'contractedCost', label: 'Contracted cost', said: 'at contracted price' },
] as const;

export type MetricName = (typeof METRICS)[number]['value'];

/** `billedCost` -> `billed`. */
export function metricSaid(metric: MetricName): string {
  return METRICS.find((one) => one.value === metric)?.said ?? metric;
}
