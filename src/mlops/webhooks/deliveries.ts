import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import type { Events, StoredEvent } from '../../platform/events/index.ts';
import { createLoop, type Rest } from '../../platform/loop/index.ts';
import type { Message, Send, SendResult } from '../../platform/outbound/index.ts';
import { chooseLongestRestMs, leaseOwner, type Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { REGISTRY_CHANGED } from '../registry/index.ts';
import {
  claimDeliveries,
  type DeliveryEnding,
  type DeliveryRow,
  findNextDue,
  insertDelivery,
  releaseDeliveries,
  removeEndedDeliveries,
  saveTry,
} from './delivery-store.ts';
import { listListeningWebhooks } from './store.ts';

export interface DeliveriesDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly send: Send;
  /** The signed message of a webhook. */
  readonly message: (webhookId: string, deliveryId: string, body: string) => Promise<Message | null>;
}

/** The first attempt and three retries. */
export const TRIES = 4;
/** Back-off before the second, third and fourth attempt: a receiver that restarts within a minute misses no event. */
const PAUSES_MS = [1_000, 10_000, 60_000];
const LONGEST_PAUSE_MS = 3600_000;
/** Longer than the maximum time of an attempt (30 s, including name resolution), so that no other server takes a delivery in flight. */
const LEASE_MS = 60_000;
/**
 * Concurrency limit. A receiver that does not answer holds one slot for half a minute; the other deliveries continue.
 */
const AT_ONCE = 8;
const KEEP_ENDED_MS = 30 * 24 * 3600_000;

const Changed = z.object({ entity: z.string(), action: z.string(), data: z.record(z.string(), z.unknown()) });

export type Deliveries = ReturnType<typeof createDeliveries>;

/**
 * Sends events of the outbox to receivers. Each event becomes one stored delivery for each subscribed webhook; a loop
 * sends the due deliveries. Both survive a crash: a delivery that was taken and not completed is sent again, under the
 * same delivery id.
 */
export function createDeliveries(deps: DeliveriesDeps) {
  const { store, clock, log, send } = deps;
  const owner = leaseOwner(store.engine);
  const stopping = new AbortController();
  const sending = new Map<string, Promise<void>>();
  let fresh = true;

  const loop = createLoop({
    look,
    failed: (error) => log.error({ err: error }, 'cannot deliver webhooks; retry follows'),
    longestRestMs: chooseLongestRestMs(store.engine),
  });

  async function fanOut(event: StoredEvent): Promise<void> {
    const { entity, action, data } = Changed.parse(event.payload);
    const body = JSON.stringify({ entity, action, timestamp: event.at, data });
    await store.transaction(async (sql) => {
      for (const webhookId of await listListeningWebhooks(sql, { entity, action }, Date.parse(event.at))) {
        await insertDelivery(sql, createQueue(webhookId, event.sequence, { entity, action, body }, clock.now()));
      }
      sql.afterCommit(() => loop.wake());
    });
  }

  async function look(): Promise<Rest> {
    if (fresh) {
      await releaseDeliveries(store, owner, clock.now());
      await removeEndedDeliveries(store, clock.now() - KEEP_ENDED_MS);
      fresh = false;
    }
    const free = AT_ONCE - sending.size;
    // With none free, the end of one of them wakes the loop.
    if (stopping.signal.aborted || free === 0) return null;
    const now = clock.now();
    const claim = { owner, now, leaseEnd: now + LEASE_MS, limit: free, sending: [...sending.keys()] };
    for (const row of await claimDeliveries(store, claim)) begin(row);
    const due = await findNextDue(store, [...sending.keys()]);
    return due === null || sending.size === AT_ONCE ? null : Math.max(0, due - clock.now());
  }

  function begin(row: DeliveryRow): void {
    const work = attempt(row)
      .catch((error: unknown) => {
        // Its lease expires and it is retried.
        if (!stopping.signal.aborted) log.error({ err: error, delivery: row.delivery_id }, 'a webhook delivery failed');
      })
      .finally(() => {
        sending.delete(row.delivery_id);
        loop.wake();
      });
    sending.set(row.delivery_id, work);
  }

  async function attempt(row: DeliveryRow): Promise<void> {
    const ending = decideEnding(row, await sendOnce(row), clock.now());
    await saveTry(store, { deliveryId: row.delivery_id, owner, attempts: row.attempts }, ending);
    if (ending.state !== 'failed') return;
    const facts = { webhook: row.webhook_id, delivery: row.delivery_id, attempts: row.attempts, why: ending.error };
    log.warn(facts, 'a webhook delivery failed after its last attempt');
  }

  async function sendOnce(row: DeliveryRow): Promise<SendResult | null> {
    try {
      const message = await deps.message(row.webhook_id, row.delivery_id, row.body);
      return message === null ? null : await send(message, stopping.signal);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { delivered: false, status: null, error: error.message, mayRetry: false, retryAfterMs: null };
    }
  }

  return {
    subscribe: (events: Pick<Events, 'subscribe'>) => events.subscribe('webhooks', [REGISTRY_CHANGED], fanOut),
    wake: () => loop.wake(),
    start: () => loop.start(),
    /** Resolves when no delivery is due or in flight. */
    async drain() {
      do {
        await loop.settle();
        await Promise.all(sending.values());
      } while (sending.size > 0 || ((await findNextDue(store, [])) ?? Number.POSITIVE_INFINITY) <= clock.now());
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the server stops'));
      await loop.stop();
      await Promise.allSettled(sending.values());
    },
  };
}

function createQueue(
  webhookId: string,
  sequence: number,
  event: Pick<DeliveryRow, 'entity' | 'action' | 'body'>,
  now: number,
): DeliveryRow {
  return {
    delivery_id: randomUUID(),
    webhook_id: webhookId,
    sequence,
    ...event,
    state: 'waiting',
    attempts: 0,
    tries_left: TRIES,
    due_at: now,
    leased_by: null,
    created_at: now,
    ended_at: null,
    response_status: null,
    error: null,
  };
}

/**
 * State of a delivery after an attempt; for a deleted or disabled webhook (`result` is null) the delivery is skipped.
 */
export function decideEnding(
  row: Pick<DeliveryRow, 'tries_left'>,
  result: SendResult | null,
  now: number,
): DeliveryEnding {
  if (result === null) {
    const error = 'The webhook was disabled before the delivery.';
    return { state: 'skipped', triesLeft: 0, dueAt: now, endedAt: now, status: null, error };
  }
  const { delivered, status, error, mayRetry, retryAfterMs } = result;
  const triesLeft = row.tries_left - 1;
  if (delivered || !mayRetry || triesLeft <= 0) {
    return { state: delivered ? 'delivered' : 'failed', triesLeft: 0, dueAt: now, endedAt: now, status, error };
  }
  const pause = Math.max(PAUSES_MS[TRIES - 1 - triesLeft] ?? 0, retryAfterMs ?? 0);
  const dueAt = now + Math.min(pause, LONGEST_PAUSE_MS);
  return { state: 'waiting', triesLeft, dueAt, endedAt: null, status, error };
}
