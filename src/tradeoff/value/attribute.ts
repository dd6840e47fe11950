import { DAY_MS } from '../../platform/units/durations.ts';
import type { RecordDeps } from './record.ts';
import { attributeEvents, findWaiting } from './store.ts';

/** Events whose predictions are looked up in one query of the log. */
const AT_ONCE = 10_000;
/** A prediction that was not logged within this time of its event is not looked up again. */
const LOOKED_UP_MS = 7 * DAY_MS;

/** Looks up the predictions of events that arrived before their prediction was logged. Throws when aborted, so that the job is retried. */
export async function attributeWaiting(
  { store, clock, counts }: Omit<RecordDeps, 'registry'>,
  signal: AbortSignal,
): Promise<void> {
  const since = clock.now() - LOOKED_UP_MS;
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const waiting = await findWaiting(store, { since, after, limit: AT_ONCE });
    const last = waiting.at(-1);
    if (last === undefined) return;
    for (const [model, events] of Map.groupBy(waiting, (event) => event.model)) {
      const logged = await counts.versionsOf(model, [...new Set(events.flatMap(({ prediction }) => prediction ?? []))]);
      const found = events.flatMap(({ id, prediction }) => {
        const known = prediction === null ? undefined : logged.get(prediction);
        return known === undefined ? [] : [{ model, id, ...known }];
      });
      await store.transaction((sql) => attributeEvents(sql, found));
    }
    after = `${last.model} ${last.id}`;
  }
}
