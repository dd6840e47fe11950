const SIGNIFICANT = 4;
const MOST_SHOWN = 4;

/** `ndcg=0.3121 recall=0.1789 and 3 more`; ordered by name, four digits, NaN for null; null when there is none. */
export function metricsText(metrics: Readonly<Record<string, number | null>>): string | null {
  const names = Object.keys(metrics).toSorted();
  if (names.length === 0) return null;
  const visible = names.slice(0, MOST_SHOWN).map((name) => `${name}=${metricText(metrics[name] ?? null)}`);
  const more = names.length - visible.length;
  return [...visible, ...(more > 0 ? [`and ${more} more`] : [])].join(' ');
}

/** A metric with four significant digits, whole numbers in full; NaN for null. */
export function metricText(value: number | null): string {
  if (value === null) return 'NaN';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(SIGNIFICANT)));
}
