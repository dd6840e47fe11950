import type { ReportedCascade } from '../../../mlops/evaluations/index.ts';
import { estimateDifference, estimateQuality, type VersionQuality } from '../compare-quality.ts';
import type { EstimatedMoney, EstimatedQuality } from '../figures/schema.ts';
import type { PlannedPoint } from '../list-points.ts';
import { addMoney, scaleMoney } from '../money.ts';
import type { CostTerms, PlannedCost } from '../plan-cost.ts';
import type { QualityAxis } from '../schema.ts';
import type { StagePair } from './list-pairs.ts';
import { type PlannedStage, planLastStage, type StageVersion } from './plan-stages.ts';
import type { CascadeStage, EscalatedShare } from './schema.ts';

/** A selected threshold with the figures of the reported examples. */
export interface FittedCascade extends Pick<StagePair, 'first' | 'last'> {
  readonly acceptAtConfidence: number;
  readonly fittedRows: number;
  readonly reported: ReportedCascade;
}

/** Name in the pair book. Example: "2 -> 5". */
export function nameCascade({ first, last }: Pick<StagePair, 'first' | 'last'>): string {
  return `${first.version} -> ${last.version}`;
}

const NAME_DIGITS = 4;

/**
 * The point of a cascade: cost of both stages at the demand, each in its cheapest configuration, and the quality on the reported examples. The
 * interval of the cost contains that of the escalated share. A returned string is the reason for an unknown cost.
 */
export function buildCascadePoint(
  fitted: FittedCascade,
  { axis, terms }: { readonly axis: QualityAxis; readonly terms: CostTerms },
): PlannedPoint | string {
  const { first, last, acceptAtConfidence, fittedRows, reported } = fitted;
  const { paired } = reported;
  const escalated = estimateShare(fitted, axis);
  const stage = planEscalated(last, escalated, terms);
  if (typeof stage === 'string') return stage;
  const demand = first.cheapest.cost.demand.predictionsPerMonth;
  const stages: CascadeStage[] = [
    toStage(first, { configuration: first.cheapest.configuration, cost: first.cheapest.cost }, demand),
    toStage(last, stage, demand * escalated.estimate),
  ];
  const shown = Number(acceptAtConfidence.toPrecision(NAME_DIGITS));
  const own = { ...paired.candidate, rows: paired.pairs, inflation: findInflation(fitted), sha256: '' };
  return {
    point: `v${first.version} -> v${last.version} below confidence ${shown}`,
    facts: first.facts,
    version: nameCascade(fitted),
    configuration: first.cheapest.configuration,
    cost: addStageCosts(first.cheapest.cost, stage.cost, stages),
    quality: alignQuality(fitted, axis),
    cascade: {
      acceptAtConfidence,
      stages,
      escalated,
      fittedRows,
      reportedRows: paired.pairs,
      reported: estimateQuality(own, axis),
      difference: estimateDifference(paired, axis),
    },
  };
}

/** Inflation by clusters: the larger one of the difference and of the last stage. */
function findInflation({ last, reported }: FittedCascade): number {
  const { quality } = last.facts;
  return Math.max(
    1,
    reported.paired.clusters?.inflation ?? 1,
    typeof quality === 'object' ? (quality.inflation ?? 1) : 1,
  );
}

function estimateShare(fitted: FittedCascade, axis: QualityAxis): EscalatedShare {
  const { escalated, paired } = fitted.reported;
  const mean = escalated / paired.pairs;
  return estimateQuality(
    { rows: paired.pairs, mean, variance: mean * (1 - mean), inflation: findInflation(fitted), sha256: '' },
    { ...axis, kind: 'binary' },
  );
}

/** The last stage at the estimated share, with the interval from the lower to the upper end of the share. */
function planEscalated(last: StageVersion, share: EscalatedShare, terms: CostTerms): PlannedStage | string {
  const stage = planLastStage(last, share.estimate, terms);
  if (typeof stage === 'string') return stage;
  const costs = last.costs.filter(({ configuration }) => configuration === stage.configuration);
  const planAt = (end: number) => planLastStage({ ...last, costs }, end, terms);
  const [lower, upper] = [planAt(share.lower ?? share.estimate), planAt(share.upper ?? share.estimate)];
  if (typeof lower === 'string' || typeof upper === 'string') return stage;
  const perMonth: EstimatedMoney = {
    ...stage.cost.perMonth,
    lower: lower.cost.perMonth.lower ?? lower.cost.perMonth.amount,
    upper: upper.cost.perMonth.upper ?? upper.cost.perMonth.amount,
  };
  return { ...stage, cost: { ...stage.cost, perMonth } };
}

function toStage({ version }: StageVersion, { configuration, cost }: PlannedStage, demand: number): CascadeStage {
  const { capacity, replicas, perMonth, source } = cost;
  return { version, configuration, predictionsPerMonth: demand, capacity, replicas, costPerMonth: perMonth, source };
}

/** Both stages are paid: the first for every prediction, the last for those that reach it. */
function addStageCosts(first: PlannedCost, last: PlannedCost, stages: readonly CascadeStage[]): PlannedCost {
  const perMonth = addMoney(first.perMonth, last.perMonth);
  return {
    ...first,
    perMonth,
    perThousand: addMoney(
      first.perThousand,
      scaleMoney(last.perMonth, { times: 1000, per: first.demand.predictionsPerMonth }),
    ),
    replicas: {
      least: first.replicas.least + last.replicas.least,
      most: first.replicas.most + last.replicas.most,
    },
    source: stages.map(({ version, source }) => `version ${version}: ${source}`).join('. '),
  };
}

/**
 * The quality of the last stage on all examples plus the difference of the cascade to it on the reported ones, so that the point is comparable with
 * versions, whose quality is that of all examples. With b the last stage on N examples and d the difference on n of them, the
 * variance is Var(b) / N + Var(d) / n + 2 Cov(b, d) / N. The interval is never narrower than that of the reported examples alone.
 */
function alignQuality(fitted: FittedCascade, axis: QualityAxis): EstimatedQuality {
  const { paired } = fitted.reported;
  const { candidate, baseline, difference, pairs: rows } = paired;
  const quality = fitted.last.facts.quality as VersionQuality;
  const [ofCascade, ofLast, ofDifference] = [candidate, baseline, difference].map(({ variance }) => variance ?? 0) as [
    number,
    number,
    number,
  ];
  const covariance = (ofCascade - ofLast - ofDifference) / 2;
  const variance = (quality.variance ?? 0) / quality.rows + ofDifference / rows + (2 * covariance) / quality.rows;
  const widening = ofCascade > 0 ? Math.max(1, (variance * rows) / ofCascade) : 1;
  const aligned = quality.mean + difference.mean;
  const mean = axis.kind === 'binary' ? Math.min(1, Math.max(0, aligned)) : aligned;
  const inflation = findInflation(fitted) * widening;
  return estimateQuality({ rows, mean, variance: ofCascade, inflation, sha256: '' }, axis);
}
