import type { Pipeline, PipelineRun, PipelineRunSummary, PipelineStep } from '../../src/mlops/pipelines/schema.ts';
import type { Context } from '../frame/context.ts';
import { formatInstant, formatMoney } from '../output/amounts.ts';
import { table } from '../output/table.ts';

export function pipelinesText(pipelines: readonly Pipeline[], { paint }: Context): string {
  if (pipelines.length === 0) return '';
  return table(
    pipelines,
    [
      { title: 'PIPELINE', cell: ({ name }) => name },
      { title: 'ENGINE', cell: ({ engine }) => engine },
      { title: 'STEPS', align: 'right', cell: ({ steps }) => String(steps.length) },
      { title: 'LAST RUN', cell: ({ lastRun }) => (lastRun === null ? null : `#${lastRun.number} ${lastRun.state}`) },
      { title: 'AT', cell: ({ lastRun }) => (lastRun === null ? null : formatInstant(lastRun.createdAt)) },
      { title: 'COST', align: 'decimal', cell: ({ lastRun }) => formatMoney(lastRun?.cost ?? null) },
    ],
    paint,
  );
}

export function runsText(runs: readonly PipelineRunSummary[], { paint }: Context): string {
  if (runs.length === 0) return '';
  return table(
    runs,
    [
      { title: 'RUN', align: 'right', cell: ({ number }) => `#${number}` },
      {
        title: 'STATE',
        cell: ({ state }) => state,
        style: ({ state }) => (state === 'failed' || state === 'stopped' ? paint.bad : plain),
      },
      { title: 'CAUSE', cell: ({ cause }) => cause.detail, least: 12 },
      { title: 'COMMIT', cell: ({ commit }) => commit?.slice(0, 10) ?? null },
      { title: 'AT', cell: ({ createdAt }) => formatInstant(createdAt) },
      { title: 'DURATION', align: 'right', cell: (run) => durationText(run) },
      { title: 'COST', align: 'decimal', cell: ({ cost }) => formatMoney(cost) },
    ],
    paint,
  );
}

const plain = (text: string): string => text;

export function runText(run: PipelineRun, { paint }: Context): string {
  const steps = table(
    run.stepList,
    [
      { title: 'STEP', cell: ({ step }) => step },
      {
        title: 'STATE',
        cell: ({ state }) => state,
        style: ({ state }) => (state === 'failed' || state === 'stopped' ? paint.bad : plain),
      },
      { title: 'DURATION', align: 'right', cell: (step) => durationText(step) },
      { title: 'COST', align: 'decimal', cell: ({ cost }) => formatMoney(cost) },
      { title: 'REASON', cell: (step) => whyText(step), least: 20 },
    ],
    paint,
  );
  const failures = run.stepList.flatMap((step) => lastLinesText(step) ?? []);
  return [steps, ...failures, endText(run)].join(failures.length === 0 ? '\n' : '\n\n');
}

/** The last lines that a failed step printed, under its name; null where there are none. */
export function lastLinesText({ step, state, attempts }: PipelineStep): string | null {
  const lastLines = attempts.at(-1)?.lastLines ?? null;
  if (state !== 'failed' || lastLines === null) return null;
  return `last lines of ${step}:\n${lastLines.replaceAll(/^/gm, '  ')}`;
}

/** Reason of a step's end, its result, or the explanation of its execution. */
export function whyText({ reason, values, explanation }: PipelineStep): string | null {
  const { verdict, model, version, step, value } = values;
  if (reason !== null) return reason;
  if (verdict !== undefined) return verdict;
  if (model !== undefined && version !== undefined) return `${model} ${version}`;
  if (step !== undefined && value !== undefined) return `best: ${step} (${value})`;
  return explanation;
}

/** `training #3 failed after 12 s, $0.42`. */
export function endText(run: PipelineRunSummary): string {
  const took = durationText(run);
  const cost = formatMoney(run.cost);
  const unpriced = run.unpricedSteps === 0 ? '' : ` and ${run.unpricedSteps} steps without a price`;
  return `${run.pipeline} #${run.number} ${run.state}${took === null ? '' : ` after ${took}`}${cost === null ? '' : `, ${cost}${unpriced}`}`;
}

/** `42 s`, `3 min 20 s`, `2 h 5 min`; null before it has begun. */
export function durationText({
  startedAt,
  endedAt,
}: {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}): string | null {
  if (startedAt === null) return null;
  const ms = (endedAt === null ? Date.now() : Date.parse(endedAt)) - Date.parse(startedAt);
  const seconds = Math.round(ms / 1000);
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/**
 * Number of shown capacity decisions for each step with a deadline on spot capacity; the ledger of decisions has all of
 * them.
 */
const MOST_CAPACITY_DECISIONS = 10;

/** On which capacity tries ran, and why. Empty where no step has a deadline. */
export function capacityText({ stepList }: PipelineRun, { paint }: Context): string {
  const decided = stepList.flatMap(({ step, capacity }) =>
    capacity.slice(-MOST_CAPACITY_DECISIONS).map((one) => ({ step, ...one })),
  );
  if (decided.length === 0) return '';
  return table(
    decided,
    [
      { title: 'STEP', cell: ({ step }) => step },
      { title: 'ATTEMPT', align: 'right', cell: ({ attempt }) => String(attempt) },
      { title: 'DECIDED', cell: ({ at }) => formatInstant(at), least: 20 },
      { title: 'CAPACITY', cell: ({ reason }) => reason, least: 24 },
    ],
    paint,
  );
}
