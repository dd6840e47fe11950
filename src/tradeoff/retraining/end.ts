import { isOver, type PipelineRun } from '../../mlops/pipelines/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { MINUTE_MS } from '../../platform/units/durations.ts';
import { findModelPolicies } from '../gates/index.ts';
import { formatInstant, type RetrainingDeps, scheduleCheck } from './context.ts';
import { fileRoundNotice } from './notice.ts';
import { decideOutcome, type Outcome, readDecisionId } from './outcome.ts';
import { computeFirstMeasurement } from './realised/measure.ts';
import { toEndedRound } from './rounds.ts';
import {
  findRetrainings,
  findRoundByRun,
  findRoundsByState,
  putRetraining,
  putRound,
  type StoredRound,
} from './store.ts';
import { type GateOfRound, setComparison } from './test-set/compared.ts';
import { appendEntry } from './timeline.ts';

/** Ends the round of a finished run: its candidate, the verdict of the gate, its cost. Does nothing while the run is running. */
export async function followRun(deps: RetrainingDeps, runId: string): Promise<void> {
  const { store, pipelines, registry, decisions } = deps;
  const before = await findRoundByRun(store, runId);
  if (before === null || before.document.state !== 'running' || before.document.run === null) return;
  const { model, champion, retraining, run: begun } = before.document;
  const run = await pipelines.runs.show(store, begun.pipeline, runId);
  const [stored] = await findRetrainings(store, retraining);
  if (stored === undefined) return;
  if (!isOver(run.state)) return scheduleLaterCheck(deps, runId);
  const { alias } = stored.spec;
  const recorded = readDecisionId(run);
  const decision = recorded === null ? null : await decisions.taken(store, recorded);
  const policies = (await findModelPolicies(store, model)).map(({ spec }) => spec);
  const governing = policies.filter((policy) => policy.alias === alias);
  await store.transaction(async (sql) => {
    const round = await findRoundByRun(sql, runId);
    if (round === null || round.document.state !== 'running') return;
    const now = (await registry.versionByAlias(sql, model, alias))?.version ?? null;
    const outcome = decideOutcome(run, { model, alias, before: champion, now, decision });
    const over = buildEndedRound(deps, round, { run, outcome, alias, decision, policies: governing });
    await putRound(sql, over);
    await fileRoundNotice(deps, sql, over.document);
    await recordRollout(deps, sql, over);
    await checkOtherRounds(deps, sql, over);
  });
}

async function scheduleLaterCheck({ store, clock }: RetrainingDeps, runId: string): Promise<void> {
  await store.transaction(async (sql) => {
    const round = await findRoundByRun(sql, runId);
    if (round?.document.state !== 'running') return;
    await putRound(sql, { ...round, lookAt: formatInstant(clock.now() + MINUTE_MS) });
  });
}

interface RunEnd extends Omit<GateOfRound, 'gate'> {
  readonly run: PipelineRun;
  readonly outcome: Outcome;
  readonly alias: string;
}

function buildEndedRound(
  deps: RetrainingDeps,
  round: StoredRound,
  { run, outcome, alias, ...known }: RunEnd,
): StoredRound {
  const { document } = round;
  const { state, reason, candidate, candidateRun, isRolledOut, entries } = outcome;
  const { test, gate } = setComparison(document.test, { ...known, gate: outcome.gate });
  const at = run.endedAt ?? formatInstant(deps.clock.now());
  const made: StoredRound = {
    ...round,
    document: {
      ...document,
      candidate,
      candidateRun,
      test,
      gate,
      verdict: gate?.verdict ?? null,
      rollout: isRolledOut && candidate !== null ? { alias, from: document.champion, to: candidate, at } : null,
      cost: run.cost,
      unpricedSteps: run.unpricedSteps,
      timeline: entries.reduce<StoredRound['document']['timeline']>(appendEntry, document.timeline),
    },
  };
  const evidence = [{ kind: 'pipeline_run' as const, id: `${run.pipeline}/${run.number}` }];
  return toEndedRound(deps, made, { state, reason, evidence });
}

/** Resets the monitor for the new version, and schedules the measurement of the realized gain. */
async function recordRollout({ monitoring }: RetrainingDeps, sql: Sql, round: StoredRound): Promise<void> {
  const { rollout, monitor } = round.document;
  if (rollout === null) return;
  await monitoring.retrained(sql, monitor, { version: rollout.to, at: rollout.at });
  await putRound(sql, { ...round, lookAt: computeFirstMeasurement(Date.parse(rollout.at)) });
}

/** Starts the cool-down and looks at the waiting rounds again. A round with a candidate has used its data window. */
async function checkOtherRounds(
  deps: RetrainingDeps,
  sql: Sql,
  { document: { retraining: name, round, window, state, endedAt } }: StoredRound,
): Promise<void> {
  const [retraining] = await findRetrainings(sql, name);
  if (retraining === undefined || endedAt === null) return;
  const now = Date.parse(endedAt);
  const used = state === 'failed' || window === null ? retraining.trainedUntil : window.end;
  const trainedUntil = formatInstant(Math.max(Date.parse(used), Date.parse(retraining.trainedUntil)));
  await putRetraining(sql, { ...retraining, trainedUntil, coolsUntil: formatInstant(now + retraining.spec.cooldown) });
  for (const waiting of await findRoundsByState(sql, name, ['waiting']))
    await putRound(sql, { ...waiting, lookAt: formatInstant(now) });
  await scheduleCheck(deps, sql, name, `after round ${round}`);
}
