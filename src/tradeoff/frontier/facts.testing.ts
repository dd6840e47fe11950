import type { PairedOutcomes } from '../../mlops/evaluations/schema.ts';
import type { VersionEvidence } from '../evidence/schema.ts';
import { PolicySpec } from '../gates/schema.ts';
import type { UnitCost } from '../unit-cost/schema.ts';
import { evaluateFrontier } from './evaluate-frontier.ts';
import type { FrontierFacts, FrontierQuestion, VersionFacts } from './facts.ts';
import { createPairBook, type PairBook, type VersionPair } from './pair-book.ts';
import { buildMonthRule } from './plan-cost.ts';
import type { ModelFrontier } from './schema.ts';

const AT = '2026-11-10T00:00:00.000Z';

/** A benchmark of 1,000 predictions in so many seconds, on hardware with a price for an hour. */
export function buildBenchmark(
  perHour: string | null,
  { seconds = 1, hardware = '1 x gpu', currency = 'USD', spread = 0.1, batchSize = 1 } = {},
): UnitCost {
  const pricePerHour = perHour === null ? null : { amount: perHour, currency };
  const amount = String((Number(perHour) * seconds) / 3600);
  return {
    basis: 'benchmark',
    perThousand: perHour === null ? null : { amount, currency },
    reason: perHour === null ? 'no price for gpu now; apply a PriceBook that has it' : null,
    ...{ interval: null, busy: null, idle: null, batchSize, endpoint: null },
    hardware: { name: hardware, pricePerHour, priceSource: perHour === null ? null : 'contract' },
    window: { start: '2026-11-01T00:00:00Z', end: '2026-11-02T00:00:00Z' },
    ...{ predictions: 1000, predictionsPerMonth: null, source: 'benchmark' },
    serviceTime: {
      secondsPerThousand: seconds,
      interval: { lower: seconds * (1 - spread), upper: seconds * (1 + spread) },
      measurements: 20,
    },
  };
}

/** A version with benchmarks and a share of correct answers of so many examples; null: not evaluated. */
export function buildVersion(
  version: string,
  {
    correct = 900 as number | null,
    rows = 1000,
    unitCosts = [] as UnitCost[],
    change = {} as Partial<VersionEvidence>,
  },
): VersionFacts {
  const evidence: VersionEvidence = {
    ...{ model: 'm', version, aliases: [], runId: `r${version}`, createdAt: AT, quality: [] },
    trainingCost: {
      cost: { amount: '1', currency: 'USD' },
      ...{ reason: null, basis: 'metered', intervals: 1, predictions: null, window: null, source: 'metered' },
    },
    ...{ unitCosts, scaling: [], demandPerMonth: null, demandTrace: null, capacities: [] },
    ...change,
  };
  if (correct === null) return { evidence, quality: 'no evaluation' };
  const mean = correct / rows;
  const variance = (mean * (1 - mean) * rows) / (rows - 1);
  return { evidence, quality: { rows, mean, variance, inflation: null, sha256: `sha-${version}` } };
}

/** Pairs that agree as far as the shares allow, apart from `apart` pairs that differ in both directions. */
export function buildPair(correct: number, other: number, { rows = 1000, apart = 10 } = {}): PairedOutcomes {
  const counts = {
    onlyCandidate: Math.max(0, correct - other) + apart,
    onlyBaseline: Math.max(0, other - correct) + apart,
  };
  const both = Math.min(correct, other) - apart;
  const share = (count: number) => ({ mean: count / rows, variance: null });
  return {
    pairs: rows,
    counts: { both, ...counts, neither: rows - both - counts.onlyCandidate - counts.onlyBaseline },
    candidate: share(correct),
    baseline: share(other),
    difference: { mean: (correct - other) / rows, variance: (counts.onlyCandidate + counts.onlyBaseline) / rows },
    clusters: null,
  };
}

/** Facts of a model at 10,000,000 predictions a month, on the axis of a binary outcome. */
export function buildFacts(versions: readonly VersionFacts[], change: Partial<FrontierFacts> = {}): FrontierFacts {
  return {
    ...{ model: 'm', at: AT, versions, baseline: null, policy: null, budgets: new Map() },
    axis: {
      ...{ metric: 'accuracy', evaluation: 'default', outcome: 'correct', kind: 'binary', direction: 'higher' },
      ...{ point: 0.01, alpha: 0.05 },
    },
    terms: { rule: buildMonthRule(change.policy?.spec ?? null, 10_000_000), currency: 'USD' },
    ...change,
  };
}

export function buildPolicy(change: Record<string, unknown>): FrontierFacts['policy'] {
  const spec = PolicySpec.parse({
    ...{ model: 'm', currency: 'USD', alpha: 0.05 },
    quality: [{ metric: 'accuracy', direction: 'higher', floor: '0.8', nonInferiority: { margin: '0.02' } }],
    cost: [{ measure: 'costPerMonth', predictionsPerMonth: 10_000_000, atMost: '5000' }],
    ...change,
  });
  return { name: 'gate', policyVersion: 1, spec };
}

/** Evaluates with the pairs that are asked for, each read once; `asked` counts them. */
export function evaluateWith(
  facts: FrontierFacts,
  question: FrontierQuestion,
  read: (pair: VersionPair) => PairedOutcomes | null,
): { readonly frontier: ModelFrontier; readonly asked: number; readonly pairs: PairBook } {
  const pairs = createPairBook();
  let asked = 0;
  for (;;) {
    const frontier = evaluateFrontier(facts, question, pairs);
    const wanted = pairs.listWanted();
    if (wanted.length === 0) return { frontier, asked, pairs };
    asked += wanted.length;
    for (const pair of wanted) pairs.put(pair, read(pair));
  }
}

/** The pair of two versions of the facts, by their shares. */
export function readPairOf(facts: FrontierFacts, { apart = 10 } = {}): (pair: VersionPair) => PairedOutcomes | null {
  const correctOf = (name: string) => {
    const quality = facts.versions.find(({ evidence }) => evidence.version === name)?.quality;
    return typeof quality === 'object' ? Math.round(quality.mean * quality.rows) : 0;
  };
  return ({ candidate, baseline }) => buildPair(correctOf(candidate), correctOf(baseline), { apart });
}
