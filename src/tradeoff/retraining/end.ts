import { isOver, type PipelineRun } from '../../mlops/pipelines/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { iso, lookSoon, type RetrainingDeps } from './context.ts';
import { decisionOf, type Outcome, outcomeOf } from './outcome.ts';
import { firstMeasured } from './realised/measure.ts';
import { ended } from './rounds.ts';
import { findRetrainings, putRetraining, putRound, roundOfRun, roundsIn, type StoredRound } from './store.ts';
import { told } from './timeline.ts';

const MINUTE_MS = 60_000;

/** Ends the round of a finished run: its candidate, the verdict of the gate, its cost. Does nothing while the run is running. */
export async function followRun(deps: RetrainingDeps, runId: string): Promise<void> {
  const { store, pipelines, registry, decisions } = deps;
  const before = await roundOfRun(store, runId);
  if (before === null || before.document.state !== 'running' || before.document.run === null) return;
  const { model, champion, retraining, run: begun } = before.document;
  const run = await pipelines.runs.show(store, begun.pipeline, runId);
  const [stored] = await findRetrainings(store, retraining);
  if (stored === undefined) return;
  if (!isOver(run.state)) return lookLater(deps, runId);
  const { alias } = stored.spec;
  const recorded = decisionOf(run);
  const decision = recorded === null ? null : await decisions.taken(store, recorded);
  await store.transaction(async (sql) => {
    const round = await roundOfRun(sql, runId);
    if (round === null || round.document.state !== 'running') return;
    const now = (await registry.versionByAlias(sql, model, alias))?.version ?? null;
    const outcome = outcomeOf(run, { model, alias, before: champion, now, decision });
    const over = endedRound(deps, round, { run, outcome, alias });
    await putRound(sql, over);
    await noteRollout(deps, sql, over);
    await freeOthers(deps, sql, over);
  });
}

async function lookLater({ store, clock }: RetrainingDeps, runId: string): Promise<void> {
  await store.transaction(async (sql) => {
    const round = await roundOfRun(sql, runId);
    if (round?.document.state !== 'running') return;
    await putRound(sql, { ...round, lookAt: iso(clock.now() + MINUTE_MS) });
  });
}

function endedRound(
  deps: RetrainingDeps,
  round: StoredRound,
  { run, outcome, alias }: { readonly run: PipelineRun; readonly outcome: Outcome; readonly alias: string },
): StoredRound {
  const { document } = round;
  const { state, reason, candidate, candidateRun, gate, isRolledOut, entries } = outcome;
  const at = run.endedAt ?? iso(deps.clock.now());
  const made: StoredRound = {
    ...round,
    document: {
      ...document,
      candidate,
      candidateRun,
      gate,
      verdict: gate?.verdict ?? null,
      rollout: isRolledOut && candidate !== null ? { alias, from: document.champion, to: candidate, at } : null,
      cost: run.cost,
      unpricedSteps: run.unpricedSteps,
      timeline: entries.reduce<StoredRound['document']['timeline']>(told, document.timeline),
    },
  };
  const evidence = [{ kind: 'pipeline_run' as const, id: `${run.pipeline}/${run.number}` }];
  return ended(deps, made, { state, reason, evidence });
}

/** Resets the monitor for the new version, and schedules the measurement of the realized gain. */
async function noteRollout({ monitoring }: RetrainingDeps, sql: Sql, round: StoredRound): Promise<void> {
  const { rollout, monitor } = round.document;
  if (rollout === null) return;
  await monitoring.retrained(sql, monitor, { version: rollout.to, at: rollout.at });
  await putRound(sql, { ...round, lookAt: firstMeasured(Date.parse(rollout.at)) });
}

/** Starts the cool-down and looks at the waiting rounds again. A round with a candidate has used its data window. */
async function freeOthers(
  deps: RetrainingDeps,
  sql: Sql,
  { document: { retraining: name, round, window, state, endedAt } }: StoredRound,
): Promise<void> {
  const [retraining] = await findRetrainings(sql, name);
  if (retraining === undefined || endedAt === null) return;
  const now = Date.parse(endedAt);
  const used = state === 'failed' || window === null ? retraining.trainedUntil : window.end;
  const trainedUntil = iso(Math.max(Date.parse(used), Date.parse(retraining.trainedUntil)));
  await putRetraining(sql, { ...retraining, trainedUntil, coolsUntil: iso(now + retraining.spec.cooldown) });
  for (const waiting of await roundsIn(sql, name, ['waiting'])) await putRound(sql, { ...waiting, lookAt: iso(now) });
  await lookSoon(deps, sql, name, `after round ${round}`);
}
