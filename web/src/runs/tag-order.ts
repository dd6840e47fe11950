/** Prefix of the tags that MLflow's clients set automatically. */
const CLIENTS = 'mlflow.';

/** Tags from users and jobs, by key, and those that MLflow's clients set automatically. */
export function tagGroups(tags: Readonly<Record<string, string>>): {
  readonly given: readonly (readonly [string, string])[];
  readonly noted: readonly (readonly [string, string])[];
} {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    given: sorted.filter(([key]) => !key.startsWith(CLIENTS)),
    noted: sorted.filter(([key]) => key.startsWith(CLIENTS)),
  };
}
