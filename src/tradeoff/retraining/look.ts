import { z } from 'zod';
import { beginRun } from './begin.ts';
import { formatInstant, LOOK, LOOK_AT_ALL, type RetrainingDeps, START, scheduleCheck } from './context.ts';
import { followRun } from './end.ts';
import { measureRealised } from './realised/measure.ts';
import { decide } from './rounds.ts';
import { findDueRetrainings, findRetrainings, findRoundsByState } from './store.ts';
import { checkTriggers } from './triggers.ts';

/** Attempts of the queue. The handler counts attempts itself and always ends, so the queue must not fail the job earlier. */
const MANY_TRIES = 1000;

const LookPayload = z.strictObject({ retraining: z.string() });
const StartPayload = z.strictObject({ retraining: z.string(), round: z.number().int() });

export function registerLooking(deps: RetrainingDeps): void {
  const { jobs } = deps;
  jobs.register(LOOK_AT_ALL, { handler: () => checkAll(deps) });
  jobs.register(LOOK, { handler: (payload) => checkRetraining(deps, LookPayload.parse(payload).retraining) });
  jobs.register(START, {
    maxAttempts: MANY_TRIES,
    handler: (payload, { attempt }) => {
      const { retraining, round } = StartPayload.parse(payload);
      return beginRun(deps, retraining, round, attempt);
    },
  });
  jobs.schedule(LOOK_AT_ALL, '* * * * *', { kind: LOOK_AT_ALL, payload: null });
}

async function checkAll(deps: RetrainingDeps): Promise<void> {
  const due = await findDueRetrainings(deps.store, formatInstant(deps.clock.now()));
  await deps.store.transaction(async (sql) => {
    for (const name of due) await scheduleCheck(deps, sql, name, 'scheduled check');
  });
}

/** Triggers whose time has come, rounds that wait, runs that may have ended without a word, and gains that are still measured. */
async function checkRetraining(deps: RetrainingDeps, name: string): Promise<void> {
  const [retraining] = await findRetrainings(deps.store, name);
  if (retraining === undefined) return;
  await checkTriggers(deps, retraining);
  const now = formatInstant(deps.clock.now());
  for (const { document, lookAt } of await findRoundsByState(deps.store, name, ['waiting', 'running', 'promoted'])) {
    if (lookAt === null || lookAt > now) continue;
    if (document.state === 'promoted') await measureRealised(deps, name, document.round);
    else if (document.state === 'waiting') await decide(deps, name, document.round);
    else if (document.run !== null) await followRun(deps, document.run.run);
  }
}
