import type { Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { claimDocument, removeDocuments, savePush } from './store.ts';

/** Posts a document once. `mayRetry` is false when trying again would meet the same answer. */
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
  /** Headers of a request; asked anew each time, so that a rotated secret counts. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

export interface PushDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly receiver: Receiver | null;
}

/** Longer than a try can take, so that nobody else takes what is on its way. */
const LEASE_MS = 60_000;
const KEEP_MS = 30 * 24 * 3600_000;

/**
 * Sends what waits, oldest first, until nothing does or the receiver fails; then the rest waits for the next minute. What
 * was begun and not ended (a crash) is sent again: a receiver gets every event at least once.
 */
export async function push(deps: PushDeps, signal: AbortSignal): Promise<void> {
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
      'an OpenLineage event was not taken',
    );
    if (!isFinal) return;
  }
}
