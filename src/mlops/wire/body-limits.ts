import { BATCH_BODY_LIMIT_BYTES, MEDIUM_BODY_LIMIT_BYTES } from '../../platform/contract/schema.ts';

/** Paths of the protocol with large messages; MLflow lets a dataset's profile alone have 16 MiB. */
const LIMITS: readonly (readonly [path: RegExp, limitBytes: number])[] = [
  [/^\/mlflow\/runs\/log-inputs$/, BATCH_BODY_LIMIT_BYTES],
  [/^\/mlflow\/runs\/(log-batch|log-model|set-tag)$/, MEDIUM_BODY_LIMIT_BYTES],
  [/^\/mlflow\/(logged-models|traces|registered-models|model-versions)(\/|$)/, MEDIUM_BODY_LIMIT_BYTES],
];

/** The route option for a path that takes more than the default of 1 MiB. */
export function findBodyLimit(path: string): { readonly bodyLimit?: number } {
  const found = LIMITS.find(([pattern]) => pattern.test(path));
  return found === undefined ? {} : { bodyLimit: found[1] };
}
