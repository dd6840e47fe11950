import type { Metering } from '../../../finops/metering/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Window } from '../finder.ts';
import type { HeldItem } from '../schema.ts';
import { sumHourlyCosts } from './step-hours.ts';

/** Steps of a pipeline whose cost is measured. */
export interface MeasuredSteps {
  readonly pipeline: string;
  readonly steps: readonly string[];
  readonly currency: string;
}

/** Hourly cost of the steps of a pipeline, on any resource. An hour without a step costs 0. */
export async function readStepHours(
  { store, metering }: { readonly store: Store; readonly metering: Pick<Metering, 'within'> },
  { pipeline, steps, currency }: MeasuredSteps,
  window: Window,
): Promise<HeldItem> {
  const usage = await metering.within(store, window, { pipeline, purpose: 'training' });
  const own = usage.filter(({ usage: { subject } }) => steps.includes(parseStepName(subject.step)));
  return {
    ...{ item: `pipeline:${pipeline}`, what: `steps of ${pipeline}`, currency, within: [], gpus: [] },
    start: new Date(window.start).toISOString(),
    costs: sumHourlyCosts(own, window, currency),
  };
}

/** Without its combination: `train[lr=0.01]` is `train`. */
export function parseStepName(step: string | undefined): string {
  return (step ?? '').replace(/\[.*$/s, '');
}

/** The item of the steps of a pipeline that run on one resource, which a run of one of them is a part of. */
export function stepsItem(pipeline: string, resource: string): string {
  return `steps:${pipeline}@${resource.replace(/^resource:/, '')}`;
}
