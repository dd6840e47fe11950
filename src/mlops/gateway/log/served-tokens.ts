import type { CallerSpan } from './traceparent.ts';

/** Tokens of a request that an endpoint answered. */
export interface ServedTokens {
  /** Id of the prediction: recorded again, it replaces itself. */
  readonly prediction: string;
  readonly endpoint: string;
  readonly environment: string | null;
  readonly project: string | null;
  /** Registered model and its version. */
  readonly model: string;
  readonly modelVersion: string;
  /** Model that the request names, else that of the answer, else the registered model. */
  readonly llm: string;
  /** User that the request names. */
  readonly user: string | null;
  /** Unix milliseconds. */
  readonly at: number;
  /** All input tokens, cached ones included. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Span of the client that sent the request; null where the request names none. */
  readonly caller: CallerSpan | null;
}

/** The ledger of tokens, as serving writes to it. */
export interface TokenLedger {
  record(used: readonly ServedTokens[]): Promise<void>;
}
