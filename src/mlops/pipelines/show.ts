import { decimal, decimalString, type Money } from '../../platform/units/index.ts';
import type { PlannedStep } from '../pipeline-definition/index.ts';
import type { StepUsage, StoredRun, StoredStep } from '../pipeline-runs/index.ts';
import { isGood, type StepState } from '../pipeline-runs/schema.ts';
import type { PipelineRun, PipelineRunSummary, PipelineStep } from './schema.ts';

const SHOWN_FILES = 100;

type CountedStep = Pick<StoredStep, 'state' | 'spent' | 'mlflowRun'>;

export function toRunSummary(run: StoredRun, steps: readonly CountedStep[]): PipelineRunSummary {
  return {
    run: run.id,
    pipeline: run.pipeline,
    number: run.number,
    state: run.state,
    cause: { kind: run.cause.kind, detail: run.cause.detail },
    requestedBy: run.requestedBy,
    commit: run.commit,
    createdAt: formatInstant(run.createdMs),
    startedAt: run.startedMs === null ? null : formatInstant(run.startedMs),
    endedAt: run.endedMs === null ? null : formatInstant(run.endedMs),
    steps: countByState(steps),
    ...sumCosts(steps),
    mlflowRun: run.mlflowRun,
    experiment: String(run.experimentId),
  };
}

function countByState(steps: readonly CountedStep[]): PipelineRunSummary['steps'] {
  const count = (of: (state: StepState) => boolean) => steps.filter(({ state }) => of(state)).length;
  return {
    waiting: count((state) => state === 'waiting'),
    running: count((state) => state === 'running'),
    good: count(isGood),
    bad: count((state) => state === 'failed' || state === 'stopped'),
    skipped: count((state) => state === 'skipped'),
  };
}

/** Total cost of steps. Steps with an unknown cost are counted, not summed. */
function sumCosts(steps: readonly CountedStep[]): Pick<PipelineRunSummary, 'cost' | 'unpricedSteps'> {
  const ran = steps.filter(
    ({ state }) => state === 'running' || state === 'succeeded' || state === 'failed' || state === 'stopped',
  );
  const spent = steps.flatMap((step) => (step.state === 'cached' ? [] : (step.spent ?? [])));
  const currencies = new Set(spent.map(({ currency }) => currency));
  const [currency] = currencies;
  const total = spent.reduce((sum, { amount }) => sum.plus(amount), decimal(0));
  const cost: Money | null =
    currency === undefined || currencies.size > 1 ? null : { amount: decimalString(total), currency };
  // Built-in steps use no machine and have no MLflow run.
  return { cost, unpricedSteps: ran.filter((step) => step.spent === null && step.mlflowRun !== null).length };
}

export function toPipelineRun(run: StoredRun, plan: readonly PlannedStep[], steps: readonly StoredStep[]): PipelineRun {
  const planned = new Map(plan.map((step) => [step.key, step]));
  return {
    ...toRunSummary(run, steps),
    params: { ...run.params },
    resumedFrom: run.resumedFrom,
    stopRequestedBy: run.stopRequested,
    stepList: steps.map((step) => toPipelineStep(step, planned.get(step.key), run.spec.queue ?? null)),
  };
}

function toPipelineStep(
  stored: StoredStep,
  planned: PlannedStep | undefined,
  pipelineQueue: string | null,
): PipelineStep {
  const step = planned?.step;
  const resources = step !== undefined && 'run' in step ? step.resources : null;
  return {
    step: stored.key,
    name: stored.name,
    kind: step === undefined || 'run' in step ? 'run' : step.uses,
    needs: [...(planned?.needs ?? [])],
    nodes: resources?.nodes ?? 1,
    queue: resources === null ? null : (resources.queue ?? pipelineQueue),
    state: stored.state,
    reason: stored.reason,
    explanation: stored.explanation,
    attempt: stored.attempt,
    startedAt: stored.startedMs === null ? null : formatInstant(stored.startedMs),
    endedAt: stored.endedMs === null ? null : formatInstant(stored.endedMs),
    cost: stored.state === 'cached' ? null : stored.spent,
    mlflowRun: stored.mlflowRun,
    values: stored.outputs.values,
    files: stored.outputs.files
      .slice(0, SHOWN_FILES)
      .map(({ path, sizeBytes, digest }) => ({ path, sizeBytes, digest })),
    attempts: stored.attempts.map((attempt) => ({
      attempt: attempt.number,
      startedAt: formatInstant(attempt.startMs),
      endedAt: attempt.endMs === null ? null : formatInstant(attempt.endMs),
      reason: attempt.reason,
      exitCode: attempt.exitCode,
      cost: attempt.spent,
      ...selectUsage(attempt),
      checkpoint: attempt.checkpoint,
      lastLines: attempt.lastLines,
    })),
    capacity: stored.capacity.map(({ atMs, forAttempt, action, reason, decision }) => ({
      ...{ at: formatInstant(atMs), attempt: forAttempt, action, reason, decision },
    })),
    taken: stored.taken === null ? null : { asOf: formatInstant(stored.taken.atMs), ...selectUsage(stored.taken) },
  };
}

function selectUsage({ cpuSeconds, peakMemoryBytes, usageReason, gpus, place, prices }: Omit<StepUsage, 'atMs'>) {
  return { cpuSeconds, peakMemoryBytes, usageReason, gpus, place, prices };
}

function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
