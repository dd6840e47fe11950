import type { Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { claimDocument, removeDocuments, savePush } from './store.ts';

/** Posts a document once. `mayRetry` is false when a retry would get the same response. */
export type Send = (
  message: { readonly url: string; readonly body: string; readonly headers: Readonly<Record<string, string>> },
  signal: AbortSignal,
) => Promise<{
  readonly delivered: boolean;
  readonly status: number | null;
  readonly error: string | null;
  readonly mayRetry: boolean;
}>;

export interface Receiver {
  readonly url: string;
  readonly send: Send;
  /** Headers of a request; called for each request, so that a rotated secret takes effect. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

export interface PushDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly receiver: Receiver | null;
}

/** Duration of a lease. Longer than an attempt can take, so that no other server sends a document in flight. */
const LEASE_MS = 60_000;
const KEEP_MS = 30 * 24 * 3600_000;

/**
 * Sends waiting documents, oldest first, until none is left or the receiver fails; then the rest waits for the next minute. A
 * document in flight during a crash is sent again after its lease expiry: at-least-once delivery.
 */
export async function pushEvents(deps: PushDeps, signal: AbortSignal): Promise<void> {
  const { store, clock, log, receiver } = deps;
  const iso = (instant: number) => new Date(instant).toISOString();
  await removeDocuments(store, iso(clock.now() - KEEP_MS));
  if (receiver === null) return;
  while (!signal.aborted) {
    const now = clock.now();
    // Before anything is taken: a secret that cannot be read leaves all of it waiting.
    const headers = await receiver.headers();
    const claim = await claimDocument(store, iso(now), iso(now + LEASE_MS));
    if (claim === null) return;
    const { url, send } = receiver;
    const result = await send({ url, body: claim.document, headers }, signal);
    if (result.delivered) {
      await savePush(store, claim.sequence, 'sent', null);
      continue;
    }
    const isFinal = !result.mayRetry && result.status !== null;
    await savePush(store, claim.sequence, isFinal ? 'refused' : 'waiting', result.error);
    log.warn(
      { sequence: claim.sequence, status: result.status, error: result.error },
      'the receiver rejected an OpenLineage event',
    );
    if (!isFinal) return;
  }
}
