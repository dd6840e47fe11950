/** Columns of a table of runs that are read by key. */
export interface WantedKeys {
  readonly metrics: readonly string[];
  readonly params: readonly string[];
  readonly tags: readonly string[];
}

/**
 * The keys that columns name; null (every key) when no columns were given. A column that is no metric, param or tag
 * exists for every run and needs no key.
 * Example: ['status', 'metrics.ndcg', 'tags.mlflow.user'] -> metrics ['ndcg'], params [], tags ['mlflow.user'].
 */
export function parseWantedKeys(columns: readonly string[] | undefined): WantedKeys | null {
  if (columns === undefined) return null;
  const of = (prefix: string) => [
    ...new Set(columns.filter((column) => column.startsWith(prefix)).map((column) => column.slice(prefix.length))),
  ];
  return { metrics: of('metrics.'), params: of('params.'), tags: of('tags.') };
}
