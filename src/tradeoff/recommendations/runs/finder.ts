import type { GpuUsage } from '../../../finops/gpu-usage/index.ts';
import type { Metering } from '../../../finops/metering/index.ts';
import type { PipelineRuns } from '../../../mlops/pipelines/index.ts';
import type { Tracking } from '../../../mlops/tracking/index.ts';
import { Subject } from '../../../org/schema.ts';
import type { Store } from '../../../platform/store/index.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/units/durations.ts';
import { type Clock, decimal, decimalString, formatPriceText } from '../../../platform/units/index.ts';
import type { Finder, Finding } from '../finder.ts';
import { stepsItem } from '../purchases/steps.ts';
import { collectBilledMonths } from '../savings/bill-deliveries.ts';
import { rateConfidence } from '../savings/confidence.ts';
import { listLargerItems } from '../savings/resource-item.ts';
import type { HeldItem } from '../schema.ts';
import { areIdle } from './quiet.ts';

export interface IdleRunDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly tracking: Pick<Tracking, 'runningGpuSamples'>;
  readonly metering: Pick<Metering, 'ofRuns'>;
  readonly gpuUsage: Pick<GpuUsage, 'heldAt'>;
  readonly pipelines: { readonly runs: Pick<PipelineRuns, 'stopRequestedBy'> };
}

/** Usual idle criteria, as in gpu-pruner. */
const USUAL = { windowMs: 30 * 60_000, threshold: 0.01 } as const;
const SLACK_MS = 5 * 60_000;
const TAG = 'steelyard.';
const PLACES = 12;

/** Runs with idle GPUs. */
export function createIdleRunFinder(deps: IdleRunDeps): Finder {
  return { kind: 'stop_run', find: () => findIdleRuns(deps, USUAL) };
}

/** Runs whose GPUs were all idle for the whole window that ends now, except those that are already stopping. */
export async function findIdleRuns(
  { store, clock, tracking, metering, gpuUsage, pipelines }: IdleRunDeps,
  { windowMs, threshold }: { readonly windowMs: number; readonly threshold: number },
): Promise<Finding[]> {
  const now = clock.now();
  const running = await tracking.runningGpuSamples(store, now - windowMs - SLACK_MS);
  const idle = running.filter((run) => areIdle(run.gpus.values(), { now, windowMs, threshold }));
  if (idle.length === 0) return [];
  const holdings = await gpuUsage.heldAt(now);
  const found: Finding[] = [];
  for (const run of idle) {
    const { pipelineRun } = readPipelineTags(run.tags);
    if (pipelineRun !== undefined && (await pipelines.runs.stopRequestedBy(store, pipelineRun)) !== null) continue;
    const usage = await metering.ofRuns(store, [run.runId]);
    const held = holdings.flatMap(({ gpu, subjects }) =>
      subjects.length > 0 && subjects.every((subject) => subject?.run === run.runId) ? [gpu] : [],
    );
    found.push(buildIdleRunFinding(run, usage, held, { now, windowMs, threshold }));
  }
  return found;
}

type Run = Awaited<ReturnType<Tracking['runningGpuSamples']>>[number];
type Usage = Awaited<ReturnType<Metering['ofRuns']>>;
interface IdleCriteria {
  readonly now: number;
  readonly windowMs: number;
  readonly threshold: number;
}

function buildIdleRunFinding(
  { runId, runName, tags, gpus }: Run,
  usage: Usage,
  held: readonly string[],
  { now, windowMs, threshold }: IdleCriteria,
): Finding {
  const { pipeline, pipelineRun } = readPipelineTags(tags);
  const minutes = Math.round(windowMs / 60_000);
  const count = gpus.size === 1 ? '1 GPU' : `${gpus.size} GPUs`;
  const canStop = pipeline !== undefined && pipelineRun !== undefined;
  const { item, prices, unpriced, billedMonths } = buildRunItem(runId, usage, { now, pipeline, held });
  const most = Math.max(0, ...[...gpus.values()].flatMap((all) => all.map((one) => one.utilizationRatio)));
  return {
    about: `run:${runId}`,
    title: `Stop ${runName}: ${count} idle for ${minutes} min`,
    what: `run ${runName} (${runId})${pipeline === undefined ? '' : ` of pipeline ${pipeline}`}`,
    subject: parseRunSubject(runId, tags),
    billedMonths,
    before: `${count} held, below ${threshold * 100} % for ${minutes} min`,
    after: 'stopped; its logged data is kept',
    confidence: rateConfidence(windowMs / DAY_MS, 1),
    risk: {
      level: 'medium',
      text: 'Unsaved work is lost. The run may still be loading data or waiting for a person.',
    },
    guard:
      'Every GPU was below the threshold at every reading of the whole window. A step with checkpoints resumes from the last one.',
    action: canStop
      ? { type: 'stop_pipeline_run', pipeline, run: pipelineRun }
      : {
          type: 'by_hand',
          commands: [
            `end the process of run ${runName} (${runId}) on its machine: this server did not start it and cannot stop it`,
          ],
        },
    evidence: {
      window: { start: new Date(now - windowMs).toISOString(), end: new Date(now).toISOString() },
      figures: [
        { name: 'GPUs', value: [...gpus.keys()].join(', ') },
        { name: 'readings', value: String([...gpus.values()].reduce((sum, all) => sum + all.length, 0)) },
        { name: 'highest utilization', value: `${(most * 100).toFixed(1)} %` },
      ],
      prices,
      items: [item],
      effects: [{ item: item.item, keep: [0] }],
      pins: [],
      missing: [
        'the rest of the run: the saving assumes a month of the same idle time',
        ...unpriced.map((resource) => `no price for "${resource}": add it to your price book`),
      ],
    },
  };
}

function readPipelineTags(tags: Readonly<Record<string, string>>) {
  return { pipeline: tags[`${TAG}pipeline`], pipelineRun: tags[`${TAG}pipelineRun`] };
}

/** Subject of a run from its tags; invalid tags leave only the run. */
function parseRunSubject(runId: string, tags: Readonly<Record<string, string>>): Subject {
  const said = Object.entries(tags).flatMap(([key, value]) => {
    const name = key.slice(TAG.length);
    return name in Subject.shape ? [[name, value] as const] : [];
  });
  const parsed = Subject.safeParse({ ...Object.fromEntries(said), run: runId });
  return parsed.success ? parsed.data : { run: runId };
}

/** Expected hourly cost: that of the last whole hour of its usage. */
function buildRunItem(
  runId: string,
  usage: Usage,
  {
    now,
    pipeline,
    held,
  }: { readonly now: number; readonly pipeline: string | undefined; readonly held: readonly string[] },
) {
  const last = usage.filter(({ usage: { end } }) => end > now - HOUR_MS);
  const costs = last.flatMap(({ usage: { start, end }, metered }) =>
    metered.cost === null ? [] : [{ ...metered.cost, hours: (end - start) / HOUR_MS }],
  );
  const [currency, ...others] = [...new Set(costs.map((cost) => cost.currency))];
  const perHour = costs.reduce((sum, { amount, hours }) => sum.plus(decimal(amount).dividedBy(hours)), decimal(0));
  const isKnown = currency !== undefined && others.length === 0;
  const within = listLargerItems(last.map(({ usage: { resource } }) => resource));
  const item: HeldItem = {
    item: `run:${runId}`,
    what: `resources of run ${runId}`,
    currency: isKnown ? currency : null,
    start: new Date(now - (now % HOUR_MS) - HOUR_MS).toISOString(),
    costs: [isKnown ? decimalString(perHour.toDecimalPlaces(PLACES)) : null],
    within: pipeline === undefined ? within : [...within, ...within.map((larger) => stepsItem(pipeline, larger))],
    gpus: [...held],
  };
  const prices = last.flatMap(({ usage: { resource }, metered }) =>
    metered.cost === null
      ? []
      : metered.prices.map(
          ({ price, source, book }) => `${resource} at ${formatPriceText(price)} an hour: ${source} (${book})`,
        ),
  );
  const unpriced = last.flatMap(({ usage: { resource }, metered }) => (metered.cost === null ? [resource] : []));
  const billedMonths = collectBilledMonths(last.flatMap(({ metered }) => metered.prices));
  return { item, prices: [...new Set(prices)], unpriced: [...new Set(unpriced)], billedMonths };
}
