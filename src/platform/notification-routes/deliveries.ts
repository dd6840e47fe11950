import { randomUUID } from 'node:crypto';
import { createLoop, type Rest } from '../loop/index.ts';
import { type DeliverDeps, deliver, Notice } from '../notices/index.ts';
import { compareSeverity, NotifyTarget } from '../notices/schema.ts';
import type { SendResult } from '../outbound/index.ts';
import { chooseLongestRestMs, leaseOwner, type Store } from '../store/index.ts';
import type { Log } from '../telemetry/index.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../units/durations.ts';
import { buildDigest } from './digest.ts';
import { buildDelivery } from './notify.ts';
import { MOST_LISTED } from './schema.ts';
import {
  claimDeliveries,
  collectDigest,
  countDue,
  DIGEST_TOPIC,
  findDueDigests,
  findNextDue,
  findRoutes,
  insertDelivery,
  releaseDeliveries,
  removeEnded,
  saveTry,
  type TryResult,
} from './store.ts';
import type { DeliveryRow } from './tables.ts';

export interface DeliveriesDeps extends DeliverDeps {
  readonly store: Store;
  readonly log: Log;
}

const FIRST_PAUSE_MS = 5 * SECOND_MS;
const LONGEST_PAUSE_MS = HOUR_MS;
/** Longer than the longest try (a minute, for mail), so that no other server takes a delivery in flight. */
const LEASE_MS = 2 * MINUTE_MS;
/** Concurrency limits. A receiver that does not answer holds a slot for half a minute, and no route has all of them. */
const AT_ONCE = 8;
const AT_ONCE_PER_ROUTE = 2;
/** A notice is filed by a statement in the transaction of its noun, which cannot wake the loop. */
const POLL_MS = 2 * SECOND_MS;
export const KEEP_ENDED_DAYS = 90;

export type Deliveries = ReturnType<typeof createDeliveries>;

/**
 * Sends filed notices. A loop collects due digests, claims due deliveries by a lease in the store, and stores each result. A
 * delivery whose server is killed between the claim and the result is sent again under the same idempotency id.
 */
export function createDeliveries(deps: DeliveriesDeps) {
  const { store, clock, log } = deps;
  const owner = leaseOwner(store.engine);
  const stopping = new AbortController();
  const sending = new Map<string, { readonly route: string; readonly work: Promise<void> }>();
  let cleanedAt: number | null = null;

  const loop = createLoop({
    look,
    failed: (error) => log.error({ err: error }, 'cannot deliver notices; retry follows'),
    longestRestMs: Math.min(POLL_MS, chooseLongestRestMs(store.engine)),
  });

  async function look(): Promise<Rest> {
    await cleanUp();
    if (stopping.signal.aborted) return null;
    for (const route of await findDueDigests(store, clock.now())) await collect(deps, route);
    const free = AT_ONCE - sending.size;
    // With none free, the end of one of them wakes the loop.
    if (free === 0) return null;
    const now = clock.now();
    const rows = await claimDeliveries(store, {
      ...{ owner, now, leaseEnd: now + LEASE_MS, limit: Math.min(free, AT_ONCE_PER_ROUTE) },
      ...{ sending: [...sending.keys()], busyRoutes: listBusyRoutes() },
    });
    for (const row of rows) begin(row);
    return rows.length > 0 && sending.size < AT_ONCE ? 0 : null;
  }

  /** Once at the start, and once a day. */
  async function cleanUp(): Promise<void> {
    const now = clock.now();
    if (cleanedAt === null) await releaseDeliveries(store, owner, now);
    if (cleanedAt !== null && now - cleanedAt < DAY_MS) return;
    await removeEnded(store, now - KEEP_ENDED_DAYS * DAY_MS);
    cleanedAt = now;
  }

  function listBusyRoutes(): string[] {
    const counts = new Map<string, number>();
    for (const { route } of sending.values()) counts.set(route, (counts.get(route) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= AT_ONCE_PER_ROUTE).map(([route]) => route);
  }

  function begin(row: DeliveryRow): void {
    const work = attempt(row)
      .catch((error: unknown) => {
        // Its lease expires and it is retried.
        if (!stopping.signal.aborted) log.error({ err: error, delivery: row.delivery_id }, 'a delivery failed');
      })
      .finally(() => {
        sending.delete(row.delivery_id);
        loop.wake();
      });
    sending.set(row.delivery_id, { route: row.route, work });
  }

  async function attempt(row: DeliveryRow): Promise<void> {
    const result = decideResult(row, await sendOnce(row), clock.now());
    await saveTry(store, row, owner, result);
    if (result.state !== 'failed') return;
    const facts = { route: row.route, notice: row.notice_id, tries: row.attempts, why: result.error };
    log.warn(facts, 'a notice could not be delivered');
  }

  async function sendOnce(row: DeliveryRow): Promise<SendResult> {
    const target = await readTarget(store, row);
    if (target === null) return ROUTE_DELETED;
    return deliver(deps, Notice.parse(JSON.parse(row.notice)), target, stopping.signal);
  }

  return {
    wake: () => loop.wake(),
    start: () => loop.start(),
    /** Resolves when no delivery is due or in flight; sends them itself when `start` was not called. */
    async drain() {
      do {
        await loop.settle();
        await Promise.all([...sending.values()].map(({ work }) => work));
      } while (sending.size > 0 || ((await findNextDue(store, [])) ?? Number.POSITIVE_INFINITY) <= clock.now());
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the server stops'));
      await loop.stop();
      await Promise.allSettled([...sending.values()].map(({ work }) => work));
    },
  };
}

/** Moves the due notices of a route into one digest, which is a separate delivery. */
function collect({ store, clock }: DeliveriesDeps, route: string): Promise<void> {
  return store.transaction(async (sql) => {
    const now = clock.now();
    const at = new Date(now).toISOString();
    const isBurst = (await countDue(sql, route, now)) > MOST_LISTED;
    const digest = randomUUID();
    const { listed, count } = await collectDigest(sql, { route, digest, now, isBurst });
    if (count === 0) return;
    const notice = buildDigest(`digest:${digest}`, { route, at, listed, count });
    const severity =
      listed
        .map((one) => one.severity)
        .toSorted(compareSeverity)
        .at(-1) ?? 'info';
    const facts = { topic: DIGEST_TOPIC, severity, subject: `notification-route/${route}`, at, notice };
    // Notices of a document have its recipient, the same in all of them.
    const target = listed[0]?.target ?? null;
    await insertDelivery(sql, { ...buildDelivery(facts, route), delivery_id: digest, target });
  });
}

const ROUTE_DELETED: SendResult = {
  delivered: false,
  status: null,
  error: 'The route was deleted.',
  mayRetry: false,
  retryAfterMs: null,
};

/** Recipient of a delivery; null: its route was deleted. */
async function readTarget(
  store: Store,
  { route, target }: Pick<DeliveryRow, 'route' | 'target'>,
): Promise<NotifyTarget | null> {
  if (target !== null) return NotifyTarget.parse(JSON.parse(target));
  const [found] = await findRoutes(store, route);
  return found?.spec.to ?? null;
}

/** State of a delivery after a try: 5 s, 10 s, 20 s, … up to an hour later another, unless a retry cannot help. */
export function decideResult(
  { attempts, tries_left }: Pick<DeliveryRow, 'attempts' | 'tries_left'>,
  { delivered, status, error, mayRetry, retryAfterMs }: SendResult,
  now: number,
): TryResult {
  const left = tries_left - 1;
  const ended = { response_status: status, error, due_at: now };
  if (delivered) return { ...ended, state: 'delivered', tries_left: left, ended_at: now };
  if (!mayRetry || left <= 0) return { ...ended, state: 'failed', tries_left: 0, ended_at: now };
  const pause = Math.max(FIRST_PAUSE_MS * 2 ** Math.max(0, attempts - 1), retryAfterMs ?? 0);
  return {
    ...ended,
    state: 'retrying',
    tries_left: left,
    ended_at: null,
    due_at: now + Math.min(pause, LONGEST_PAUSE_MS),
  };
}
