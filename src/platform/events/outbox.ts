import { createLoop, type Loop } from '../loop/index.ts';
import { chooseLongestRestMs, leaseOwner, type Store } from '../store/index.ts';
import type { Log, Telemetry } from '../telemetry/index.ts';
import { DAY_MS, HOUR_MS } from '../units/durations.ts';
import type { Clock } from '../units/index.ts';
import { createDelivery } from './delivery.ts';
import type { Events } from './events.ts';
import { insertEvent, removeDelivered } from './store.ts';

export interface EventsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
}

/** Long enough to inspect the events of last week, and for a subscriber of the next release to catch up. */
const RETENTION_DAYS = 7;

/** The outbox in the store. See {@link Events}. */
export function createEvents(deps: EventsDeps): Events {
  const { store, clock, log } = deps;
  const loops = new Map<string, Loop>();
  const subscribers = new Map<string, readonly string[]>();
  const owner = leaseOwner(store.engine);
  let started = false;
  let stopping = false;
  let appended = 0;

  const failed = (error: unknown) => log.error({ err: error }, 'events could not be delivered, will retry');
  const retention = createLoop({
    look: async () => {
      const before = new Date(clock.now() - RETENTION_DAYS * DAY_MS).toISOString();
      await removeDelivered(store, subscribers, before);
      return null;
    },
    failed,
    longestRestMs: HOUR_MS,
  });

  return {
    async append(sql, event) {
      if (!sql.tables().isTransaction) throw new Error(`event ${event.type} is appended outside a transaction`);
      await insertEvent(sql, event, new Date(clock.now()).toISOString());
      sql.afterCommit(() => {
        appended += 1;
        for (const [subscriber, types] of subscribers) {
          if (types.includes(event.type)) loops.get(subscriber)?.wake();
        }
      });
    },
    subscribe(subscriber, types, handler) {
      if (types.length === 0) throw new Error(`${subscriber} subscribes to nothing`);
      if (started) throw new Error(`${subscriber} subscribes after the start`);
      if (loops.has(subscriber)) throw new Error(`${subscriber} subscribes twice`);
      const look = createDelivery({ ...deps, owner, stopping: () => stopping }, { subscriber, types, handler });
      loops.set(subscriber, createLoop({ look, failed, longestRestMs: chooseLongestRestMs(store.engine) }));
      subscribers.set(subscriber, types);
    },
    start() {
      started = true;
      for (const loop of [...loops.values(), retention]) loop.start();
    },
    async drain() {
      // A handler may append events for another subscriber, so this repeats until a round appends none.
      for (let before = -1; before !== appended; ) {
        before = appended;
        await Promise.all([...loops.values()].map((loop) => loop.settle()));
      }
    },
    async [Symbol.asyncDispose]() {
      stopping = true;
      await Promise.all([...loops.values(), retention].map((loop) => loop.stop()));
    },
  };
}
