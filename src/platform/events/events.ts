import type { Sql } from '../store/index.ts';

/** A fact that happened, appended in the transaction that made it true. */
export interface NewEvent {
  /** `<noun>.<past tense>`, for example `run.usage_observed`. */
  readonly type: string;
  /** Subject of the event (`run:<id>`); events of one subject are delivered in the order they were appended. */
  readonly subject: string;
  /** JSON value. */
  readonly payload: unknown;
}

export interface StoredEvent extends NewEvent {
  /** Grows with every event; the same event has the same number at every delivery. */
  readonly sequence: number;
  /** UTC instant, ISO 8601. */
  readonly at: string;
}

export type EventHandler = (event: StoredEvent) => Promise<void>;

/**
 * The outbox: events carry facts between the wings, at least once, in order per subject. If a handler throws, its event is
 * retried with exponential back-off; after the last attempt the event is parked and later events of its subject continue.
 */
export interface Events extends AsyncDisposable {
  /** Appends in the caller's transaction; nothing is delivered unless it commits. */
  append(sql: Sql, event: NewEvent): Promise<void>;
  /** Delivery is at-least-once, so handlers must be idempotent. Call before `start`. */
  subscribe(subscriber: string, types: readonly string[], handler: EventHandler): void;
  /** Begins delivery in the background. */
  start(): void;
  /**
   * Resolves when every event appended so far has been delivered or parked, or waits for its next attempt. Delivers the
   * events itself when delivery has not been started.
   */
  drain(): Promise<void>;
}

/** A dependency on events: handlers subscribe once, when the noun is created. */
export interface SubscribesToEvents {
  readonly events: Pick<Events, 'subscribe'>;
}
