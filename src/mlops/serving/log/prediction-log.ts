/** A prediction that was answered: one row of what was asked. */
export interface ServedPrediction {
  readonly prediction: string;
  readonly model: string;
  readonly modelVersion: string;
  readonly endpoint: string;
  readonly environment: string | null;
  readonly project: string | null;
  /** ISO 8601 in UTC. */
  readonly predictedAt: string;
  readonly entity: string | null;
  /** By name; JSON. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** JSON; null where it is not known. */
  readonly output: unknown;
  readonly latencyMs: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly caller: string;
}

/** `withoutContent`: there is a row, and its inputs and output are not in it. */
export type Kept = 'kept' | 'withoutContent' | 'sampledOut';

/** Who keeps predictions: the room next door. */
export interface PredictionLog {
  /** All or none, in their order. Resolves when they are as safe as the log promises. Rejects with what the disk said. */
  keep(predictions: readonly ServedPrediction[]): Promise<readonly Kept[]>;
}
