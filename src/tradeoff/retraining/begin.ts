import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { MINUTE_MS } from '../../platform/units/durations.ts';
import { formatInstant, type RetrainingDeps } from './context.ts';
import { fileRoundNotice } from './notice.ts';
import { toEndedRound } from './rounds.ts';
import type { RetrainingRound } from './schema.ts';
import { findRetrainings, findRound, putRound, type StoredRound } from './store.ts';
import { prepareTestSet } from './test-set/prepare.ts';
import { appendEntry } from './timeline.ts';

/** Maximum attempts to begin a run; with the back-off of the queue they take about a minute. */
const TRIES = 5;
/** Errors that a retry may resolve. */
const PASSING: ReadonlySet<string> = new Set(['git_failed', 'executor_unreachable', 'bucket_unreachable']);

/** Begins the run of a round that was decided, once. Throws errors that a retry may resolve. */
export async function beginRun(deps: RetrainingDeps, name: string, number: number, attempt: number): Promise<void> {
  const round = await findRound(deps.store, name, number);
  const [retraining] = await findRetrainings(deps.store, name);
  if (retraining === undefined || round === null || round.document.state !== 'starting') return;
  const { pipeline } = retraining.spec;
  // The link is stored in the transaction that begins the run, so that a crash cannot lose it.
  const link = async (sql: Sql, begun: { readonly run: string; readonly number: number }) => {
    const now = await findRound(sql, name, number);
    if (now?.document.state !== 'starting') return;
    const running = toRunning(deps, now, { pipeline, ...begun });
    await putRound(sql, running);
    await fileRoundNotice(deps, sql, running.document);
  };
  try {
    const { model, params, trigger } = (await prepareTestSet(deps, retraining, round)).document;
    const begun = await deps.pipelines.runs.begin({
      pipeline,
      params,
      requestKey: `retraining ${name} ${number}`,
      detail: `retraining of ${model}, round ${number}: ${trigger.detail}`,
      actor: trigger.by ?? `retraining:${name}`,
      within: link,
    });
    // An earlier attempt may already have begun the run with this key.
    await deps.store.transaction((sql) => link(sql, begun));
  } catch (error) {
    if (attempt < TRIES && mayPass(error)) throw error;
    if (!(error instanceof AppError)) deps.log.error({ err: error, name, number }, 'a retraining could not start');
    await recordStartFailure(deps, name, number, error);
  }
}

function toRunning(
  { clock }: RetrainingDeps,
  round: StoredRound,
  run: NonNullable<RetrainingRound['run']>,
): StoredRound {
  const at = formatInstant(clock.now());
  const id = `${run.pipeline}/${run.number}`;
  const text = `Run #${run.number} of "${run.pipeline}" started.`;
  const timeline = appendEntry(round.document.timeline, {
    at,
    step: 'run',
    text,
    evidence: [{ kind: 'pipeline_run', id }],
  });
  return { ...round, document: { ...round.document, state: 'running', run, timeline } };
}

/** At the concurrency limit of the pipeline the round waits again; any other error ends it. */
async function recordStartFailure(deps: RetrainingDeps, name: string, number: number, error: unknown): Promise<void> {
  const reason = error instanceof AppError ? error.message : 'Internal error in Steelyard; see the log.';
  const isFull = error instanceof AppError && error.code === 'pipeline_run_full';
  await deps.store.transaction(async (sql) => {
    const round = await findRound(sql, name, number);
    if (round === null || round.document.state !== 'starting') return;
    if (!isFull) {
      const over = toEndedRound(deps, round, { state: 'failed', reason, evidence: [] });
      await putRound(sql, over);
      return fileRoundNotice(deps, sql, over.document);
    }
    const now = deps.clock.now();
    const timeline = appendEntry(round.document.timeline, {
      at: formatInstant(now),
      step: 'wait',
      text: reason,
      evidence: [],
    });
    const document: RetrainingRound = { ...round.document, state: 'waiting', reason, startedAt: null, timeline };
    await putRound(sql, { ...round, document, lookAt: formatInstant(now + MINUTE_MS) });
  });
}

/** An unexpected error may come from the store, so a retry may succeed. */
function mayPass(error: unknown): boolean {
  return !(error instanceof AppError) || PASSING.has(error.code) || error.meaning.status >= 500;
}
