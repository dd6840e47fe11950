import { z } from 'zod';
import type { JobContext, Jobs } from '../../platform/jobs/index.ts';
import type { ViewScheduleDeps } from './access.ts';
import { computeNextTime } from './due-time.ts';
import { fileNotice, makeNotice } from './notice.ts';
import { claimDue, findSchedule, findSchedules, hasSent } from './store.ts';

const LOOK = 'view_schedules.look';
const SEND = 'view_schedules.send';
/** Hours begin at a quarter of an hour UTC in every time zone. */
const EVERY_FIVE_MINUTES = '*/5 * * * *';
const TRIES = 5;

const Due = z.strictObject({ view: z.string(), dueAt: z.number() });

export interface SendingDeps extends ViewScheduleDeps {
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
}

/** Sends due views: each due time becomes one durable job in the transaction that moves the schedule to its next time. */
export function registerSending(deps: SendingDeps): void {
  deps.jobs.register(LOOK, { handler: () => enqueueDue(deps) });
  deps.jobs.register(SEND, {
    maxAttempts: TRIES,
    handler: (payload, context) => sendDue(deps, Due.parse(payload), context),
  });
  deps.jobs.schedule(LOOK, EVERY_FIVE_MINUTES, { kind: LOOK, payload: null });
}

async function enqueueDue({ store, clock, jobs }: SendingDeps): Promise<void> {
  const now = clock.now();
  for (const { view, spec, nextAt } of await findSchedules(store, now)) {
    if (nextAt === null) continue;
    await store.transaction(async (sql) => {
      // Times that passed while no server ran are one message.
      if (!(await claimDue(sql, view, nextAt, computeNextTime(spec, now)))) return;
      await jobs.enqueue(sql, { kind: SEND, payload: { view, dueAt: nextAt }, uniqueKey: `${SEND}:${view}:${nextAt}` });
    });
  }
}

async function sendDue(
  deps: SendingDeps,
  { view, dueAt }: z.infer<typeof Due>,
  { attempt }: JobContext,
): Promise<void> {
  const schedule = await findSchedule(deps.store, view);
  // It was deleted or paused after it was due.
  if (schedule === null || schedule.spec.paused) return;
  const id = `view:${view}:${new Date(dueAt).toISOString()}`;
  if (await hasSent(deps.store, id)) return;
  try {
    await fileNotice(deps, await makeNotice(deps, schedule, { id, dueAt, trigger: 'schedule' }));
  } catch (error) {
    if (attempt < TRIES) throw error;
    deps.log.error({ err: error, view }, 'the message of a view could not be made');
    const row = {
      ...{ notice_id: id, view_id: view, trigger_kind: 'schedule' as const, channel: schedule.spec.channel },
      ...{ due_at: dueAt, sent_at: deps.clock.now(), has_figures: 0 },
      error: `The message could not be made in ${TRIES} tries; the log of the server has the reason.`,
    };
    await fileNotice(deps, { row, routed: null });
  }
}
