import { AppError } from '../../platform/errors/index.ts';
import { describeCheck } from './check-words.ts';
import { formatInstant, type OptimizationDeps } from './deps.ts';
import { chooseMove } from './engine/ramp.ts';
import { type Look, lookAt } from './gather.ts';
import { advance, end, keep, listSteps, PROGRAM, start, yieldToOthers } from './lifecycle.ts';
import { Outdated } from './move.ts';
import { nameCheck, type OptimizationState } from './schema.ts';
import { findOptimization, listStored, putOptimization, type StoredOptimization } from './store.ts';
import { watchCohorts } from './watch-cohorts.ts';

const OPEN: readonly OptimizationState[] = ['proposed', 'running', 'watched'];

/** Looks at all open optimizations, one after another, oldest first. An error of one does not affect the others. */
export async function lookAtAll(deps: OptimizationDeps, signal: AbortSignal): Promise<void> {
  const open = (await listStored(deps.store, { states: OPEN })).toReversed();
  for (const { shown } of open) {
    signal.throwIfAborted();
    try {
      await lookAtOne(deps, shown.optimization);
    } catch (error) {
      if (error instanceof Outdated)
        deps.log.info({ optimization: shown.optimization, why: error.message }, 'an optimization is read again');
      else
        deps.log.error(
          { err: error, optimization: shown.optimization },
          'cannot look at an optimization; a later look follows',
        );
    }
  }
}

async function lookAtOne(deps: OptimizationDeps, name: string): Promise<void> {
  const stored = await findOptimization(deps.store, name);
  if (stored === null || !OPEN.includes(stored.shown.state)) return;
  const { state, endpoint } = stored.shown;
  const now = await deps.serving.changes.read(deps.store, endpoint);
  if (now === null) {
    const reason = `Endpoint "${endpoint}" was deleted`;
    await end(deps, stored, { what: 'stopped', reason, actor: PROGRAM, evidence: {} }, null);
    return;
  }
  if (state === 'proposed') return startInTurn(deps, stored, now);
  if (now.revision !== stored.progress.revision) {
    await yieldToOthers(deps, stored, now);
    return;
  }
  if (now.failure !== null) {
    const reason = `The endpoint did not become ready: ${now.failure}`;
    const what = state === 'watched' ? 'undone' : 'rolled_back';
    await end(deps, stored, { what, reason, actor: PROGRAM, evidence: {} });
    return;
  }
  if (!now.isLive) return wait(deps, stored, 'the replicas of both arms are not ready yet');
  if (state === 'running') return lookAtRunning(deps, stored);
  return watchCohorts(deps, stored);
}

/** Two optimizations of one endpoint run one after the other. */
async function startInTurn(
  deps: OptimizationDeps,
  stored: StoredOptimization,
  now: NonNullable<Awaited<ReturnType<OptimizationDeps['serving']['changes']['read']>>>,
): Promise<void> {
  const { endpoint, optimization, proposedAt } = stored.shown;
  const others = await listStored(deps.store, { endpoint, states: OPEN });
  const before = others.find(
    ({ shown }) =>
      shown.optimization !== optimization &&
      (shown.state !== 'proposed' ||
        shown.proposedAt < proposedAt ||
        (shown.proposedAt === proposedAt && shown.optimization < optimization)),
  );
  if (before !== undefined)
    return wait(deps, stored, `optimization ${before.shown.optimization} of the same endpoint comes first`);
  if (now.failure !== null) return wait(deps, stored, `the newest revision of the endpoint failed: ${now.failure}`);
  if (!now.isLive) return wait(deps, stored, 'the newest revision of the endpoint is not live yet');
  try {
    await start(deps, stored, now);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await end(
      deps,
      stored,
      { what: 'stopped', reason: error.message, actor: PROGRAM, evidence: { code: error.code } },
      null,
    );
  }
}

async function lookAtRunning(deps: OptimizationDeps, stored: StoredOptimization): Promise<void> {
  const { shown } = stored;
  const steps = listSteps(shown.spec);
  const look = await lookAt(deps, stored, shown.percent / 100);
  const seen = { ...stored, shown: { ...shown, checks: look.checks, judgedAt: formatInstant(deps.clock.now()) } };
  const state = {
    step: shown.step,
    requests: look.requests,
    startedMs: Date.parse(shown.startedAt ?? ''),
    stepMs: Date.parse(shown.stepAt ?? ''),
  };
  const move = chooseMove({ steps, deadlineMs: shown.spec.deadline }, state, look, deps.clock.now());
  const evidence = look.facts;
  switch (move) {
    case 'keep':
      await keep(deps, seen, evidence);
      return;
    case 'advance':
      await advance(deps, seen, evidence);
      return;
    case 'roll back: harm':
      await end(deps, seen, { what: 'rolled_back', reason: describeHarm(look), actor: PROGRAM, evidence });
      return;
    case 'roll back: deadline':
      await end(deps, seen, { what: 'rolled_back', reason: describeUnproven(look), actor: PROGRAM, evidence });
      return;
    case 'stay':
      await wait(deps, seen, describeWait(look, steps[shown.step]?.requests ?? 0));
  }
}

/** Stores the result of the look; another writer takes precedence. */
async function wait({ store }: OptimizationDeps, stored: StoredOptimization, waitsFor: string): Promise<void> {
  await store.transaction((sql) => putOptimization(sql, { ...stored, shown: { ...stored.shown, waitsFor } }));
}

function describeHarm({ checks, harmed }: Look): string {
  const shown = checks.filter(({ name }) => harmed.includes(name));
  return `Rolled back, shown to be worse: ${shown.map(describeCheck).join('; ')}`;
}

function describeUnproven({ checks, splitProblem }: Look): string {
  const open = checks.filter(({ verdict }) => verdict !== 'passes').map(describeCheck);
  const parts = [...(splitProblem === null ? [] : [splitProblem]), ...open];
  return `Rolled back, not proven at the deadline: ${parts.length === 0 ? 'its last step had not ended' : parts.join('; ')}`;
}

function describeWait({ checks, splitProblem, requests }: Look, needed: number): string {
  if (splitProblem !== null) return splitProblem;
  if (requests < needed) return `the candidate has ${requests} of ${needed} requests of this step`;
  const open = checks.filter(({ verdict }) => verdict !== 'passes');
  if (open.length === 0) return 'the minimum duration of the step';
  const parts = open.map((check) => {
    const { samplesNeeded, reason } = check;
    const name = nameCheck(check);
    if (reason !== null) return `${name}: ${reason}`;
    return samplesNeeded === null
      ? name
      : `${name}: about ${samplesNeeded} more ${samplesNeeded === 1 ? 'sample' : 'samples'} at the present estimate`;
  });
  return `proof of ${parts.join('; ')}`;
}
