const LOWER =
  /(^|[^a-z])(loss|error|err|rmse|mae|mse|mape|perplexity|ppl|latency|wer|cer|ms|seconds|duration|cost|watts)($|[^a-z])/i;
const COMPANION = /\.(ci_lower|ci_upper|n)$/;
const SYSTEM = 'system/';
const FEW = 8;

/** Words of quality metrics, in the order of preference for the key metric. */
const QUALITY = ['ndcg', 'auc', 'f1', 'accuracy', 'acc', 'map', 'mrr', 'recall', 'precision', 'r2', 'score'];

/**
 * Direction in which a metric improves, by its name: lower for a loss, an error or a time, higher for a word of
 * quality. null when the name does not show it, and for system metrics.
 */
export function guessDirection(metric: string): 'higher' | 'lower' | null {
  if (isSystem(metric)) return null;
  if (LOWER.test(metric)) return 'lower';
  return QUALITY_WORD.test(metric) ? 'higher' : null;
}

/** True for metrics such as `ndcg.ci_lower`, which is a bound of `ndcg` and not a separate metric. */
export function isCompanion(metric: string): boolean {
  return COMPANION.test(metric);
}

export function isSystem(metric: string): boolean {
  return metric.startsWith(SYSTEM);
}

const QUALITY_WORD = /(ndcg|auc|f1|acc|map|mrr|recall|precision|r2|score|bleu|rouge|reward)|per_second/i;

/** The metric that represents quality until another is chosen: one with a known word of quality, else the first. */
export function keyMetric(metrics: readonly string[]): string | undefined {
  const own = metrics.filter((metric) => !isCompanion(metric) && !isSystem(metric));
  for (const word of QUALITY) {
    const found = own.filter((metric) => metric.toLowerCase().includes(word));
    const heldOut = found.find((metric) => /(^|[^a-z])(val|valid|validation|test|eval)/i.test(metric));
    if (found.length > 0) return heldOut ?? found[0];
  }
  return own[0] ?? metrics[0];
}

export interface MetricGroup {
  /** Text before the first `/`; "" for names without one, and for all but the system's when they are few. */
  readonly prefix: string;
  readonly metrics: readonly string[];
}

/**
 * Metrics grouped by the text before their first slash, those without a slash first and system metrics last. A few
 * metrics need no groups: then only system metrics are separate.
 */
export function groupMetrics(metrics: readonly string[]): MetricGroup[] {
  const own = metrics.filter((metric) => !isCompanion(metric));
  const few = own.length <= FEW;
  const findPrefix = (metric: string) => {
    if (few && !isSystem(metric)) return '';
    return metric.includes('/') ? metric.slice(0, metric.indexOf('/')) : '';
  };
  const rank = (prefix: string) => (prefix === '' ? 0 : prefix === 'system' ? 2 : 1);
  return [...Map.groupBy(own, findPrefix)]
    .map(([prefix, group]) => ({ prefix, metrics: group.toSorted() }))
    .sort((a, b) => rank(a.prefix) - rank(b.prefix) || (a.prefix < b.prefix ? -1 : 1));
}
