import type { ModelFrontier, ModelFrontierPoint, PointCascade } from '../../../src/tradeoff/frontier/schema.ts';

type Given = Pick<ModelFrontierPoint, 'version' | 'status'> &
  Partial<Pick<ModelFrontierPoint, 'by' | 'cascade' | 'tradePrice' | 'aliases' | 'acceptance' | 'difference'>> & {
    /** Money a month: estimate and ends. */
    readonly cost: readonly [amount: string, lower: string | null, upper: string | null];
    readonly quality: readonly [estimate: number, lower: number | null, upper: number | null];
    readonly hardware?: string;
  };

/** A point of a frontier with the figures that a test is about. */
export function frontierPoint(given: Given): ModelFrontierPoint {
  const { version, status, by = [], cost, quality, hardware = '1 x cpu-core' } = given;
  const [amount, lower, upper] = cost;
  return {
    cascade: given.cascade ?? null,
    ...{ point: `v${version} on ${hardware}`, version, aliases: given.aliases ?? [], source: 'replicas at demand' },
    ...{ endpoint: null, hardware: { name: hardware, pricePerHour: null, priceSource: null }, batchSize: 64 },
    capacity: {
      ...{ source: 'benchmark', predictionsPerSecond: 1000, slo: null, targetUtilization: 0.7 },
      ...{ concurrency: 1, measurements: 8 },
    },
    replicas: { least: 1, most: 2 },
    costPerMonth: { amount, lower, upper, currency: 'USD' },
    costPerThousand: { amount: '0.01', lower: null, upper: null, currency: 'USD' },
    quality: { estimate: quality[0], lower: quality[1], upper: quality[2], n: 2000 },
    difference: given.difference ?? null,
    ...{ onPointFrontier: status === 'frontier', status, by },
    tradePrice: given.tradePrice ?? null,
    acceptance: given.acceptance ?? null,
  };
}

/** A cascade of v3 and v6, of which 31 % reach v6. */
export const CASCADE_POINT: ModelFrontierPoint = {
  ...frontierPoint({
    ...{ version: null, status: 'frontier', cost: ['300', '290', '310'], quality: [0.848, 0.838, 0.858] },
    cascade: buildCascade('3', '6'),
  }),
  point: 'v3 -> v6 below confidence 0.82',
};

function buildCascade(first: string, last: string): PointCascade {
  const buildStage = (version: string): PointCascade['stages'][number] => {
    const { hardware, capacity, replicas, costPerMonth } = frontierPoint({
      ...{ version, status: 'frontier', cost: ['150', '140', '160'], quality: [0.8, null, null] },
    });
    const configuration = { source: 'benchmark', endpoint: null, hardware, batchSize: 64 } as const;
    return { version, configuration, predictionsPerMonth: 1000, capacity, replicas, costPerMonth, source: 'replicas' };
  };
  return {
    acceptAtConfidence: 0.82,
    stages: [buildStage(first), buildStage(last)],
    escalated: { estimate: 0.31, lower: 0.296, upper: 0.324, n: 4000 },
    ...{ fittedRows: 4010, reportedRows: 4000 },
    reported: { estimate: 0.846, lower: 0.834, upper: 0.857, n: 4000 },
    difference: { estimate: -0.002, lower: -0.006, upper: 0.002, n: 4000, test: 'Tango score interval' },
  };
}

const POINTS = [
  frontierPoint({
    ...{ version: '5', status: 'frontier', cost: ['49.86', '47.1', '52.9'], quality: [0.81, 0.8, 0.82] },
    tradePrice: { from: '0', to: '20.5' },
  }),
  frontierPoint({
    ...{ version: '3', status: 'dominated', cost: ['60', null, null], quality: [0.7, 0.68, 0.72] },
    by: ['v5 on 1 x cpu-core'],
  }),
  frontierPoint({
    ...{ version: '7', status: 'tied', cost: ['65.12', '65.12', '65.12'], quality: [0.809, 0.799, 0.819] },
    ...{ by: ['v5 on 1 x cpu-core'], aliases: ['champion'] },
  }),
  frontierPoint({
    ...{ version: '6', status: 'frontier', cost: ['651.16', '640', '662'], quality: [0.85, 0.84, 0.86] },
    tradePrice: { from: '20.5', to: null },
  }),
];

/** A frontier of four versions: v5 and v6 on it, v7 (the champion) tied with v5, v3 dominated by it. */
export const FRONTIER: ModelFrontier = {
  ...{ model: 'ranker', at: '2026-11-30T00:00:00.000Z', policy: { name: 'production', policyVersion: 1 } },
  baseline: { version: '7', source: 'alias' },
  qualityAxis: {
    ...{ metric: 'accuracy', evaluation: 'default', outcome: 'correct', kind: 'binary' },
    ...{ direction: 'higher', point: 0.01, alpha: 0.05 },
  },
  costAxis: {
    ...{ basis: 'atDemand', currency: 'USD' },
    demand: { source: 'stated', predictionsPerMonth: 10_000_000, days: null },
  },
  points: POINTS,
  leftOut: [],
  region: {
    quality: [{ rule: 'accuracy floor', bound: 0.75, comparison: '>=', baseline: null }],
    cost: [{ rule: 'cost per month', bound: '228', source: '228 USD a month' }],
    ...{ tradePrice: null, notOnAxes: [] },
  },
  cheapestNonInferior: {
    ...{ point: 'v5 on 1 x cpu-core', reason: 'a loss of 0.01 or more is excluded', baseline: '7', margin: 0.01 },
    saving: { amount: '15.26', lower: '12.22', upper: '18.02', currency: 'USD' },
    ...{ alpha: 0.05, unproven: [] },
  },
  bestWithinBudget: {
    ...{ point: 'v5 on 1 x cpu-core', reason: 'best quality of 3 points', tied: [] },
    budget: { amount: '228', currency: 'USD' },
  },
  cascades: {
    ...{ pairs: [], notTried: 0, marginSource: 'default', alpha: 0.05 },
    reason: 'no version is cheaper than one with a better estimate',
  },
  notes: [],
};
