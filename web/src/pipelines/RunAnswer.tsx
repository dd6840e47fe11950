import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';
import { SECOND_MS } from '../../../src/platform/units/durations.ts';
import { formatMoney } from '../format/money.ts';
import { counted } from '../format/number.ts';
import { formatDuration } from '../runs/duration.ts';
import { findRefusal } from './budget-named.ts';
import { tookMs } from './run-times.ts';
import { StepReason } from './StepReason.tsx';
import { listed } from './words.ts';

/** Number of steps that are named; the rest is counted. */
const MOST_NAMED = 2;

/** How far a run is, or how it ended and why, with its cost. */
export function RunAnswer({ run, nowMs }: { readonly run: PipelineRun; readonly nowMs: number }) {
  const { state, stopRequestedBy } = run;
  if (state === 'waiting') return <>It waits for other runs of {run.pipeline} to end.</>;
  if (state === 'running') {
    return (
      <>
        {run.steps.good} of {counted(run.stepList.length, 'step')} done in {soFar(run, nowMs)}
        {costText(run, ' for', ' so far')}
        {runningText(run)}
        {stopRequestedBy !== null && `; ${stopRequestedBy} requested a stop`}.
      </>
    );
  }
  const took = tookMs(run, nowMs);
  const time = took === null ? '' : ` after ${formatDuration(took)}`;
  if (state === 'succeeded') {
    return (
      <>
        It succeeded{time}
        {costText(run, ' at', '')}: {madeText(run)}.
      </>
    );
  }
  const refusal = findRefusal(run);
  if (refusal !== null) {
    return (
      <>
        Refused before it spent anything: {refusal.step}. <StepReason reason={refusal.reason} />
      </>
    );
  }
  return (
    <>
      It {state === 'failed' ? 'failed' : 'was stopped'}
      {time}
      {costText(run, ' at', '')}
      <Culprits run={run} />
      {run.steps.skipped > 0 && `; ${counted(run.steps.skipped, 'step')} did not start`}.
    </>
  );
}

/** In whole seconds, so that it updates once a second. */
function soFar(run: PipelineRun, nowMs: number): string {
  const took = Math.floor((tookMs(run, nowMs) ?? 0) / SECOND_MS) * SECOND_MS;
  return took === 0 ? '0\u00a0s' : formatDuration(took);
}

function costText({ cost, unpricedSteps }: PipelineRun, before: string, after: string): string {
  if (cost === null) return '';
  return `${unpricedSteps > 0 ? ', at least' : before} ${formatMoney(cost)}${after}`;
}

function runningText({ stepList }: PipelineRun): string {
  const running = stepList.filter(({ state }) => state === 'running').map(({ step }) => step);
  if (running.length === 0) return '';
  if (running.length > MOST_NAMED) return `; ${running.length} running`;
  return `; ${listed(running)} running`;
}

function madeText({ stepList }: PipelineRun): string {
  const cached = stepList.filter(({ state }) => state === 'cached').length;
  const made = stepList.filter(({ state }) => state === 'succeeded').length;
  const skipped = stepList.filter(({ state }) => state === 'skipped').length;
  return listed([
    `${counted(made, 'step')} completed`,
    ...(cached === 0 ? [] : [`${cached} reused from the cache`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ]);
}

/** The steps that caused a run not to succeed, with their reasons. */
function Culprits({ run: { stepList } }: { readonly run: PipelineRun }) {
  const bad = stepList.filter(({ state }) => state === 'failed' || state === 'stopped');
  if (bad.length === 0) return null;
  const [first] = bad;
  if (first === undefined || bad.length > MOST_NAMED) return `: ${bad.length} steps did not succeed`;
  const others = bad.slice(1).map(({ step }) => step);
  return (
    <>
      : {listed([first.step, ...others])}
      {first.reason !== null && (
        <>
          {' '}
          (<StepReason reason={first.reason} />)
        </>
      )}
    </>
  );
}
