import { type Decimal, decimal, decimalString, type Money } from '../../../platform/units/index.ts';
import type { CostInterval } from '../../serving/index.ts';
import { createDdSketch, type DdSketch } from './dd-sketch.ts';
import type { EndpointMetric } from './schema.ts';
import type { RequestEnding, Tally } from './tally.ts';

interface Step {
  readonly at: number;
  readonly variant: string;
  readonly model: string;
  readonly version: string;
  readonly endings: Record<RequestEnding, number>;
  readonly latency: DdSketch;
  replicaMs: number;
  measuredMs: number;
}

/**
 * Spans added up into steps, by time, variant and version; sketches merge, so percentiles are those of all of the step. A cost
 * falls evenly on the time of its interval, and on variants of one version by the time of their replicas.
 * Example: an interval of an hour for 6.00 costs 0.50 in each step of five minutes.
 */
export function buildPoints(
  tallies: readonly Tally[],
  costs: readonly CostInterval[],
  { stepMs, now }: { readonly stepMs: number; readonly now: number },
): EndpointMetric[] {
  const steps = groupIntoSteps(tallies, stepMs);
  const replicaMs = new Map<string, number>();
  for (const step of steps) add(replicaMs, buildVersionKey(step), step.replicaMs);
  const costOf = groupCostsByStep(costs, stepMs);
  return steps.map((step) => {
    const all = replicaMs.get(buildVersionKey(step)) ?? 0;
    const cost = costOf.get(buildVersionKey(step)) ?? null;
    // A route has no replicas: its cost is that of its variants.
    const share = all === 0 || step.measuredMs === 0 ? null : step.replicaMs / all;
    return toEndpointMetric(
      step,
      Math.min(stepMs, now - step.at),
      cost === null || share === null ? null : computeCostShare(cost, share),
    );
  });
}

function groupIntoSteps(tallies: readonly Tally[], stepMs: number): Step[] {
  const steps = new Map<string, Step>();
  for (const tally of tallies) {
    const { variant, model, version } = tally;
    const at = tally.at - (tally.at % stepMs);
    const key = JSON.stringify([at, variant, version, model]);
    let step = steps.get(key);
    if (step === undefined) {
      const endings = { answered: 0, refused: 0, throttled: 0, failed: 0, lost: 0 };
      step = { at, variant, model, version, endings, latency: createDdSketch(), replicaMs: 0, measuredMs: 0 };
      steps.set(key, step);
    }
    for (const ending of Object.keys(step.endings) as RequestEnding[]) step.endings[ending] += tally.endings[ending];
    step.latency.merge(tally.latency);
    step.replicaMs += tally.replicaMs;
    step.measuredMs += tally.measuredMs;
  }
  return [...steps.values()].toSorted(
    (one, other) =>
      one.at - other.at ||
      one.variant.localeCompare(other.variant) ||
      one.version.localeCompare(other.version, 'en', { numeric: true }),
  );
}

const buildVersionKey = ({ at, model, version }: Pick<Step, 'at' | 'model' | 'version'>) =>
  JSON.stringify([at, model, version]);

function add(into: Map<string, number>, key: string, value: number): void {
  into.set(key, (into.get(key) ?? 0) + value);
}

type StepCost = { readonly amount: Decimal; readonly currency: string };

/** Cost by step and version; null where a part has no price, or there are two currencies. */
function groupCostsByStep(costs: readonly CostInterval[], stepMs: number): Map<string, StepCost | null> {
  const sums = new Map<string, StepCost | null>();
  for (const { model, version, start, end, cost } of costs) {
    for (let at = start - (start % stepMs); at < end; at += stepMs) {
      const overlapMs = Math.min(end, at + stepMs) - Math.max(start, at);
      const key = buildVersionKey({ at, model, version });
      const part =
        cost === null
          ? null
          : {
              amount: decimal(cost.amount)
                .times(overlapMs)
                .dividedBy(end - start),
              currency: cost.currency,
            };
      sums.set(key, sums.has(key) ? addCosts(sums.get(key) ?? null, part) : part);
    }
  }
  return sums;
}

function addCosts(one: StepCost | null, other: StepCost | null): StepCost | null {
  if (one === null || other === null || one.currency !== other.currency) return null;
  return { amount: one.amount.plus(other.amount), currency: one.currency };
}

const DECIMALS = 20;

function computeCostShare({ amount, currency }: StepCost, share: number): Money {
  const exact = share === 1 ? amount : amount.times(share);
  return { amount: decimalString(exact.toDecimalPlaces(DECIMALS)), currency };
}

function toEndpointMetric(step: Step, elapsedMs: number, cost: Money | null): EndpointMetric {
  const { answered, refused, throttled, failed, lost } = step.endings;
  // Several servers measure the same time, each its own replicas; one that was started late measured less of it.
  const measuredMs = Math.min(step.measuredMs, elapsedMs);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((ratio) => step.latency.quantile(ratio));
  return {
    at: new Date(step.at).toISOString(),
    variant: step.variant,
    model: step.model,
    version: step.version,
    requests: answered + refused + throttled + failed + lost,
    answered,
    refused,
    throttled,
    errors: failed + lost,
    lost,
    latencyMs: p50 == null || p95 == null || p99 == null ? null : { p50, p95, p99 },
    replicas: measuredMs <= 0 ? null : step.replicaMs / measuredMs,
    cost,
  };
}
