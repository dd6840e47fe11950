import type { Sql } from '../store/index.ts';
import type { Log, Telemetry } from '../telemetry/index.ts';
import type { EventHandler } from './events.ts';
import { type DueEvent, parkEvent, putWaiting, removeWaiting } from './store.ts';

/** Back-off of 1, 2, 4, … seconds: a subscriber that is down for four minutes misses no event. */
const TRIES = 9;
const FIRST_PAUSE_MS = 1_000;
/** Maximum characters of a stored error. The log has the stack. */
const LONGEST_ERROR = 2_000;

/** Outcome of one event in one round of delivery. `item.attempts` includes the attempt of this round. */
export type Outcome =
  | { readonly kind: 'done'; readonly item: DueEvent; readonly waited: boolean }
  /** Not tried: an earlier event of its subject has to be delivered first. */
  | { readonly kind: 'held'; readonly item: DueEvent }
  | { readonly kind: 'failed'; readonly item: DueEvent; readonly error: unknown };

/** Milliseconds until the next try after `attempts` failed ones: 1 s, 2 s, 4 s, … */
function pauseMs(attempts: number): number {
  return FIRST_PAUSE_MS * 2 ** (attempts - 1);
}

/** Hands the event over; `waited` when it comes out of the waiting ones. */
export async function tryOnce(handler: EventHandler, before: DueEvent, waited: boolean): Promise<Outcome> {
  const item = { event: before.event, attempts: before.attempts + 1 };
  try {
    await handler(item.event);
    return { kind: 'done', item, waited };
  } catch (error) {
    return { kind: 'failed', item, error };
  }
}

/** False for an event that was delivered on its first attempt: the cursor records it. */
export function hasToBeSaved(outcome: Outcome): boolean {
  return outcome.kind !== 'done' || outcome.waited;
}

export async function saveOutcome(sql: Sql, subscriber: string, outcome: Outcome, now: number): Promise<void> {
  const { item } = outcome;
  const at = (instant: number) => new Date(instant).toISOString();
  if (outcome.kind === 'done') {
    if (outcome.waited) await removeWaiting(sql, subscriber, item.event.sequence);
  } else if (outcome.kind === 'held') {
    await putWaiting(sql, subscriber, item, at(now));
  } else if (item.attempts < TRIES) {
    await putWaiting(sql, subscriber, item, at(now + pauseMs(item.attempts)));
  } else {
    const error = String(outcome.error).slice(0, LONGEST_ERROR);
    await parkEvent(sql, subscriber, item, { error, parkedAt: at(now) });
  }
}

export function reportOutcome(
  to: { readonly log: Log; readonly telemetry: Telemetry },
  subscriber: string,
  outcome: Outcome,
): void {
  if (outcome.kind === 'held') return;
  if (outcome.kind === 'done') {
    to.telemetry.events.inc({ subscriber, outcome: 'done' });
    return;
  }
  const { event, attempts } = outcome.item;
  const facts = { err: outcome.error, subscriber, type: event.type, sequence: event.sequence, attempts };
  const parked = attempts >= TRIES;
  to.telemetry.events.inc({ subscriber, outcome: parked ? 'parked' : 'retried' });
  if (parked) to.log.error(facts, 'event parked after its last attempt');
  else to.log.warn(facts, 'event handler failed, will retry');
}
