import type { PipelineRun, PipelineStep } from '../../mlops/pipelines/schema.ts';
import type { TakenRecord } from '../decisions/schema.ts';
import { Verdict } from '../gates/schema.ts';
import type { RetrainingRound, TimelineEntry } from './schema.ts';

/** Outcome of a run: its candidate and verdict, from its steps and the recorded decision. */
export interface Outcome {
  readonly state: Extract<RetrainingRound['state'], 'promoted' | 'not_promoted' | 'failed'>;
  readonly reason: string;
  readonly candidate: string | null;
  readonly candidateRun: string | null;
  readonly gate: RetrainingRound['gate'];
  readonly isRolledOut: boolean;
  /** In order of time. */
  readonly entries: readonly TimelineEntry[];
}

/** Facts from outside the run. */
export interface OutcomeContext {
  readonly model: string;
  readonly alias: string;
  /** Version that the alias pointed to when the run began, and points to now. */
  readonly before: string | null;
  readonly now: string | null;
  /** The decision that the registration names; null without one. */
  readonly decision: TakenRecord | null;
}

/** Id of the decision that a run's registration recorded; null where it recorded none. */
export function readDecisionId(run: PipelineRun): string | null {
  return findLastStep(run, 'register')?.values.decision ?? null;
}

/**
 * Outcome of a round: promoted when the alias points to the version that the run registered; not promoted when the candidate was
 * rejected or held, or the alias was not moved to it; failed when there is no candidate.
 */
export function decideOutcome(run: PipelineRun, around: OutcomeContext): Outcome {
  const { model, alias, before, now } = around;
  const registered = findLastStep(run, 'register');
  const candidate = registered?.values.version ?? null;
  const gate = readGateResult(run, around.decision);
  const candidateRun = findCandidateRun(run, registered);
  const isRolledOut = candidate !== null && now === candidate && before !== candidate;
  const entries = [
    ...buildCandidateEntries({ model, candidate, candidateRun }, registered, run),
    ...buildVerdictEntries(gate, run),
    ...(isRolledOut ? [buildRolloutEntry({ model, alias, before, candidate }, run)] : []),
  ];
  const made = { candidate, candidateRun, gate, isRolledOut, entries };
  if (isRolledOut) return { ...made, state: 'promoted', reason: `"${alias}" points to version ${candidate}.` };
  const problem = describeRunProblem(run);
  // A gate that refuses ends its run as failed; the candidate is there all the same.
  if (gate !== null && gate.verdict !== 'promote') {
    const reason = `The candidate does not beat ${before === null ? 'the policy' : `version ${before}`} and is kept: ${gate.summary}`;
    return { ...made, state: 'not_promoted', reason };
  }
  if (run.state !== 'succeeded' || candidateRun === null) {
    return { ...made, state: 'failed', reason: problem ?? 'The run made no candidate.' };
  }
  const reason =
    candidate === null
      ? 'The candidate is kept as a run; the pipeline registers no version.'
      : `Version ${candidate} is kept: the pipeline did not point "${alias}" to it.`;
  return { ...made, state: 'not_promoted', reason };
}

function findLastStep(run: PipelineRun, kind: PipelineStep['kind']): PipelineStep | null {
  return (
    run.stepList.findLast((step) => step.kind === kind && step.endedAt !== null && step.state !== 'skipped') ?? null
  );
}

/** The recorded decision about the version, else the verdict of the gate step about the run. */
function readGateResult(run: PipelineRun, decision: TakenRecord | null): RetrainingRound['gate'] {
  if (decision !== null) {
    const { verdict, summary } = decision;
    return { verdict, summary, checks: [], decision: decision.decision };
  }
  const { verdict: said, summary = '', checks = '' } = findLastStep(run, 'gate')?.values ?? {};
  const verdict = Verdict.safeParse(said);
  if (!verdict.success) return null;
  return { verdict: verdict.data, summary, checks: checks === '' ? [] : checks.split('\n'), decision: null };
}

/** MLflow run of the registered candidate, else of the one that evaluation picked, else of the last successful step. */
function findCandidateRun(run: PipelineRun, registered: PipelineStep | null): string | null {
  const picked = registered?.values.run ?? findLastStep(run, 'evaluate')?.values.run;
  if (picked !== undefined) return picked;
  const weighed = findLastStep(run, 'gate');
  const before = weighed === null ? run.stepList : run.stepList.filter(({ step }) => weighed.needs.includes(step));
  const made = before.findLast(
    ({ kind, state, mlflowRun }) =>
      kind === 'run' && (state === 'succeeded' || state === 'cached') && mlflowRun !== null,
  );
  return made?.mlflowRun ?? null;
}

function describeRunProblem({ state, stepList, stopRequestedBy }: PipelineRun): string | null {
  const bad = stepList.find((step) => step.state === 'failed' || step.state === 'stopped');
  if (bad !== undefined) return `"${bad.step}" ${bad.state === 'failed' ? 'failed' : 'was stopped'}: ${bad.reason}.`;
  return state === 'stopped' ? `Stopped by ${stopRequestedBy ?? 'an unknown account'}.` : null;
}

function buildCandidateEntries(
  { model, candidate, candidateRun }: { model: string; candidate: string | null; candidateRun: string | null },
  registered: PipelineStep | null,
  run: PipelineRun,
): TimelineEntry[] {
  if (candidateRun === null) return [];
  const evidence: TimelineEntry['evidence'] = [{ kind: 'mlflow_run', id: candidateRun }];
  const at = registered?.endedAt ?? readRunEnd(run);
  if (candidate === null) return [{ at, step: 'candidate', text: 'A candidate was trained.', evidence }];
  evidence.push({ kind: 'model_version', id: `${model}/${candidate}` });
  return [{ at, step: 'candidate', text: `The candidate is version ${candidate} of ${model}.`, evidence }];
}

function buildVerdictEntries(gate: RetrainingRound['gate'], run: PipelineRun): TimelineEntry[] {
  if (gate === null) return [];
  const at =
    (gate.decision === null ? findLastStep(run, 'gate') : findLastStep(run, 'register'))?.endedAt ?? readRunEnd(run);
  const evidence: TimelineEntry['evidence'] = gate.decision === null ? [] : [{ kind: 'decision', id: gate.decision }];
  return [{ at, step: 'verdict', text: `${gate.verdict}: ${gate.summary}`, evidence }];
}

function buildRolloutEntry(
  {
    model,
    alias,
    before,
    candidate,
  }: Pick<OutcomeContext, 'model' | 'alias' | 'before'> & { readonly candidate: string },
  run: PipelineRun,
): TimelineEntry {
  const from = before === null ? 'had no version before' : `pointed to version ${before} before`;
  const text = `"${alias}" points to version ${candidate}; it ${from}.`;
  return {
    at: readRunEnd(run),
    step: 'rollout',
    text,
    evidence: [{ kind: 'model_version', id: `${model}/${candidate}` }],
  };
}

function readRunEnd(run: PipelineRun): string {
  return run.endedAt ?? run.createdAt;
}
