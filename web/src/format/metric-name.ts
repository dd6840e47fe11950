/**
 * Name of a measure of quality for display: MLflow allows no `@` in the name of a metric, monitors write it.
 *
 * @example "ndcg_at_10 floor" -> "ndcg@10 floor"
 */
export function formatMetricName(name: string): string {
  return name.replace(/\b(ndcg|recall|precision|mrr|map|hit_rate|accuracy|f1)_at_(\d+)\b/g, '$1@$2');
}
