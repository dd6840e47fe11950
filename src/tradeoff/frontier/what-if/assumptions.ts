import { formatPriceText, groupThousands } from '../../../platform/units/index.ts';
import type { Configuration } from '../figures/schema.ts';
import type { PlannedState } from './plan-state.ts';
import type { WhatIfChange, WhatIfState } from './schema.ts';
import type { SpotCapacity } from './spot-capacity.ts';

/** Both states of an answer, as planned; a text is the reason for an unknown cost. */
export interface AssumedStates {
  readonly change: WhatIfChange;
  readonly now: { readonly state: WhatIfState; readonly planned: PlannedState | string };
  readonly next: {
    readonly state: WhatIfState;
    readonly planned: PlannedState | string;
    readonly spot: SpotCapacity | string | null;
  };
}

/** Everything behind both states that was assumed and not measured, each once. */
export function listAssumptions({ change, now, next }: AssumedStates): string[] {
  const planned = [now, next].flatMap((one) => (typeof one.planned === 'string' ? [] : [one.planned]));
  const hasLatency = [now, next].some(({ state }) => state.latency !== null);
  const all = [
    ...planned.flatMap(describeDemand),
    ...(change.traffic === undefined ? [] : describeTraffic(change.traffic, planned[0] ?? null)),
    ...planned.flatMap(describeCapacity),
    ...(hasLatency ? ['Requests arrive at random within an hour and are spread evenly over the replicas.'] : []),
    ...describeMove(now.state.configuration, next.state.configuration),
    ...(typeof next.planned === 'string' ? [] : describeLimit(next.planned)),
    ...(next.spot === null || typeof next.spot === 'string' ? [] : describeSpot(next.spot)),
    ...(change.acceptLoss === undefined ? [] : ['Versions are considered; cascades of two are left out.']),
    ...(change.replicas === undefined ? [] : ['The number of replicas is fixed: it does not follow the demand.']),
  ];
  return [...new Set(all)];
}

function describeDemand({ cost: { demand }, at }: PlannedState): string[] {
  if (demand.source === 'recorded') return [`The month is like the ${demand.days} recorded days.`];
  const monthly = groupThousands(String(Math.round(demand.predictionsPerMonth)));
  return at === 'steady' ? [`${monthly} predictions a month (${demand.source}) are spread evenly over the month.`] : [];
}

function describeTraffic(factor: number, planned: PlannedState | null): string[] {
  if (planned?.cost.demand.source !== 'recorded') return [];
  return [`Every recorded hour has ${factor} times its requests: the shape of the day stays.`];
}

function describeCapacity({ cost: { capacity } }: PlannedState): string[] {
  if (capacity.source === 'measured') return [];
  if (capacity.source === 'benchmark') return ['Live requests take as long as those of the benchmark.'];
  return [`The capacity of a replica is its mean service time at a utilization of ${capacity.targetUtilization}.`];
}

/** Assumptions of a move between measured configurations. */
function describeMove(now: Configuration | null, next: Configuration | null): string[] {
  if (now === null || next === null) return [];
  const moved =
    now.hardware.name === next.hardware.name ? [] : ['The answers of the model do not depend on the hardware.'];
  if (now.source === next.source && now.batchSize === next.batchSize) return moved;
  const describe = ({ source, batchSize }: Configuration) =>
    `${source === 'traffic' ? 'live traffic' : 'a benchmark'} with ${batchSize === null ? 'an unknown batch size' : `batches of ${batchSize}`}`;
  return [...moved, `The measurements differ: now ${describe(now)}, then ${describe(next)}.`];
}

function describeLimit({ limit, cost }: PlannedState): string[] {
  return limit === null
    ? []
    : [`The scaling policy is raised from ${limit} to at least ${cost.replicas.most} replicas.`];
}

const PERCENT = 100;

function describeSpot({ offer, terms, pricePerHour, availability, meanHours }: SpotCapacity): string[] {
  const source = offer.histories.length > 0 ? 'in the history' : 'as stated';
  return [
    `Spot capacity costs ${formatPriceText(pricePerHour)} an hour and replica, as the purchase terms "${terms}" state; the price does not change.`,
    `A spot replica is interrupted every ${Number(meanHours.toPrecision(3))} h on average ${source} and serves ${Number((PERCENT * availability).toPrecision(4))} % of the time; interruptions of replicas are independent.`,
    'Every replica, spares included, is paid for the whole month.',
  ];
}
