import type { Rest } from '../loop/index.ts';
import type { Store } from '../store/index.ts';
import type { Log, Telemetry } from '../telemetry/index.ts';
import type { Clock } from '../units/index.ts';
import type { EventHandler, StoredEvent } from './events.ts';
import { hasToBeSaved, type Outcome, reportOutcome, saveOutcome, tryOnce } from './outcome.ts';
import {
  addSubscriber,
  type DueEvent,
  type Lease,
  moveCursor,
  readBacklog,
  readDue,
  readHeldSubjects,
  readNew,
  readNextDue,
  renewLease,
  takeLease,
} from './store.ts';

/** Events delivered between two writes of the cursor: the most that are delivered twice after a crash. */
const BATCH = 100;
const LEASE_MS = 15_000;
const ASK_FOR_LEASE_AGAIN_MS = 500;
export interface Subscription {
  readonly subscriber: string;
  readonly types: readonly string[];
  readonly handler: EventHandler;
}

export interface DeliveryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Our name on leases. */
  readonly owner: string;
  /** True once the server stops: the event in flight is finished, no other one begins. */
  readonly stopping: () => boolean;
}

/** Delivers a batch of due events to one subscriber. */
export function createDelivery(deps: DeliveryDeps, subscription: Subscription): () => Promise<Rest> {
  const { store, clock, telemetry, owner } = deps;
  const { subscriber, types } = subscription;
  let known = false;

  async function look(): Promise<Rest> {
    if (!known) await addSubscriber(store, subscriber);
    known = true;
    const { fresh, waiting } = await readBacklog(store, subscriber, types);
    const nextDue = waiting === 0 ? null : await readNextDue(store, subscriber);
    telemetry.eventsBehind.set({ subscriber }, fresh + waiting);
    const restMs = nextDue === null ? null : Math.max(0, Date.parse(nextDue) - clock.now());
    if (fresh === 0 && restMs !== 0) return restMs;
    if (deps.stopping()) return null;
    const cursor = await takeLease(store, leaseFromNow());
    // Another server holds the lease of this subscriber; it delivers new events, too.
    return cursor === null ? ASK_FOR_LEASE_AGAIN_MS : deliverBatch(cursor);
  }

  function leaseFromNow(): Lease {
    const now = clock.now();
    return { subscriber, owner, now: formatInstant(now), until: formatInstant(now + LEASE_MS) };
  }

  async function deliverBatch(cursor: number): Promise<Rest> {
    const renewal = setInterval(() => {
      renewLease(store, leaseFromNow()).catch((error: unknown) => deps.log.warn({ err: error, subscriber }, 'lease'));
    }, LEASE_MS / 3);
    try {
      const [due, fresh] = await Promise.all([
        readDue(store, subscriber, formatInstant(clock.now()), BATCH),
        readNew(store, types, cursor, BATCH),
      ]);
      const subjects = fresh.map((event) => event.subject);
      const held = await readHeldSubjects(store, subscriber, [...new Set(subjects)]);
      const retried = await deliverDue(due);
      const delivered = await deliverNew(fresh, held);
      return await save(delivered.at(-1)?.item.event.sequence ?? cursor, [...retried, ...delivered]);
    } finally {
      clearInterval(renewal);
    }
  }

  async function deliverDue(due: readonly DueEvent[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const { event, attempts } of due) {
      if (deps.stopping()) break;
      outcomes.push(await tryOnce(subscription.handler, { event, attempts }, true));
    }
    return outcomes;
  }

  async function deliverNew(fresh: readonly StoredEvent[], held: Set<string>): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const event of fresh) {
      if (deps.stopping()) break;
      const outcome: Outcome = held.has(event.subject)
        ? { kind: 'held', item: { event, attempts: 0 } }
        : await tryOnce(subscription.handler, { event, attempts: 0 }, false);
      if (outcome.kind === 'failed') held.add(event.subject);
      outcomes.push(outcome);
    }
    return outcomes;
  }

  async function save(cursor: number, outcomes: readonly Outcome[]): Promise<Rest> {
    const ours = await saveAll(cursor, outcomes.filter(hasToBeSaved));
    if (!ours) return ASK_FOR_LEASE_AGAIN_MS;
    for (const outcome of outcomes) reportOutcome(deps, subscriber, outcome);
    return 0;
  }

  async function saveAll(cursor: number, outcomes: readonly Outcome[]): Promise<boolean> {
    const now = clock.now();
    // One statement needs no transaction, and mostly the cursor is the only write.
    if (outcomes.length === 0) return moveCursor(store, subscriber, owner, cursor);
    return store.transaction(async (sql) => {
      if (!(await moveCursor(sql, subscriber, owner, cursor))) return false;
      for (const outcome of outcomes) await saveOutcome(sql, subscriber, outcome, now);
      return true;
    });
  }

  return look;
}

function formatInstant(instant: number): string {
  return new Date(instant).toISOString();
}
