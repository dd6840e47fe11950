import type { SubscribesToEvents } from '../../platform/events/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { type PushDeps, pushEvents } from './push.ts';
import { buildDocument, type RecordDeps, recordedEvents } from './record.ts';
import { listOpenLineageEvents } from './schema.ts';
import { findDocumentsAfter, insertDocument } from './store.ts';

export { openLineageMigrations } from './migrations.ts';
export type { Receiver } from './push.ts';

const PUSH = 'openlineage.push';
const EVERY_MINUTE = '* * * * *';

export interface OpenLineageDeps extends RecordDeps, PushDeps {
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
}

/** Runs with their inputs and outputs, in the OpenLineage standard. */
export interface OpenLineage {
  readonly routes: readonly Route[];
}

export function createOpenLineage(deps: OpenLineageDeps & SubscribesToEvents): OpenLineage {
  const { store, jobs, receiver } = deps;
  jobs.register(PUSH, { handler: (_payload, { signal }) => pushEvents(deps, signal) });
  jobs.schedule(PUSH, EVERY_MINUTE, { kind: PUSH, payload: null });
  deps.events.subscribe('openlineage', recordedEvents, (event) =>
    store.transaction(async (sql) => {
      const document = await buildDocument(deps, sql, event);
      if (document === null) return;
      await insertDocument(sql, event.sequence, document, event.at);
      if (receiver === null) return;
      await jobs.enqueue(sql, { kind: PUSH, payload: null, uniqueKey: `${PUSH}:${event.sequence}` });
    }),
  );
  return {
    routes: [
      handle(listOpenLineageEvents, async ({ query: { since, pageSize } }) => {
        const events = await findDocumentsAfter(store, since, pageSize);
        return { events, last: events.at(-1)?.sequence ?? since };
      }),
    ],
  };
}
