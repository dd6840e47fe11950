/** An answered prediction: one row of a request. */
export interface ServedPrediction {
  readonly prediction: string;
  readonly model: string;
  readonly modelVersion: string;
  readonly endpoint: string;
  /** Variant of the endpoint that answered. */
  readonly variant: string;
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
  /** Stores answers of shadow variants, all or none, next to the predictions: no reader counts them as predictions. */
  keepShadows(answers: readonly ShadowPrediction[]): Promise<void>;
}

/** Fields of a stored prediction under which the answers of shadow variants to the same request are stored. */
export type PredictionHead = Pick<ServedPrediction, 'prediction' | 'model' | 'predictedAt' | 'entity'>;

/** Answer of a shadow variant to a copy of a request. */
export interface ShadowPrediction {
  /** With the id, entity and time of the prediction that the client got. */
  readonly answer: ServedPrediction;
  /** Model of that prediction. */
  readonly predictionModel: string;
}
