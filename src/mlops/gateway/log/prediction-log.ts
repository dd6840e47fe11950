/** An answered prediction: one row of a request. */
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
  /** JSON values by input name. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** JSON; null where it is not known. */
  readonly output: unknown;
  readonly latencyMs: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly caller: string;
}

/** `withoutContent`: there is a row, and its inputs and output are not in it. */
export type LogResult = 'kept' | 'withoutContent' | 'sampledOut';

/** Stores predictions. Implemented by monitoring; injected by main. */
export interface PredictionLog {
  /** Stores all rows or none, in their order. Resolves when they are as durable as the log promises. Rejects with the error of the disk. */
  keep(predictions: readonly ServedPrediction[]): Promise<readonly LogResult[]>;
}
