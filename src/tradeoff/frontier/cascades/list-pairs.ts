import type { StoredEvaluation } from '../../../mlops/evaluations/index.ts';
import { formatMoneyText } from '../../../platform/units/index.ts';
import { toSign } from '../compare-quality.ts';
import type { FrontierFacts } from '../facts.ts';
import type { EstimatedMoney } from '../figures/schema.ts';
import type { PlannedFrontier, PlannedPoint } from '../list-points.ts';
import { addMoney, compareAmounts } from '../money.ts';
import { type PlannedStage, planLastStage, type StageVersion } from './plan-stages.ts';

/** A cheaper and a better version; `reason` says why a cascade of them cannot save, without a read of examples. */
export interface StagePair {
  readonly first: StageVersion;
  readonly last: StageVersion;
  readonly reason: string | null;
}

/** Pairs of one answer that may save, and pairs that cannot: a fit reads its examples a few times. */
export const MOST_PAIRS = 6;

interface PairContext {
  readonly planned: PlannedFrontier;
  /** Points of the versions that are compared with each other. */
  readonly points: readonly PlannedPoint[];
  readonly tables: ReadonlyMap<string, StoredEvaluation>;
}

export interface StagePairs {
  readonly pairs: readonly StagePair[];
  /** Further pairs. */
  readonly notTried: number;
  /** Cheaper versions that lack confidences. */
  readonly withoutConfidence: readonly string[];
}

interface Stages {
  readonly first: StageVersion;
  readonly last: StageVersion;
}

/**
 * Pairs of a cheaper version with confidences and a version of a better estimate: those with the baseline as last stage first, then by the
 * cost of both.
 */
export function listStagePairs(context: PairContext): StagePairs {
  const { facts } = context.planned;
  const { axis, baseline } = facts;
  if (axis === null) return { pairs: [], notTried: 0, withoutConfidence: [] };
  const versions = listStageVersions(context);
  const gain = ({ first, last }: Stages) =>
    toSign(axis) * (last.cheapest.quality.estimate - first.cheapest.quality.estimate);
  const all = versions
    .flatMap((first) => versions.map((last) => ({ first, last })))
    .filter((stages) => readAmount(stages.first) < readAmount(stages.last) && gain(stages) > 0);
  const hasConfidence = ({ first }: Stages) => first.table.evaluation.confidence !== undefined;
  const rank = ({ first, last }: Stages) => readAmount(first) + readAmount(last);
  const isOfBaseline = ({ last }: Stages) => Number(last.version === baseline?.version);
  const ordered = all.filter(hasConfidence).toSorted((a, b) => isOfBaseline(b) - isOfBaseline(a) || rank(a) - rank(b));
  const lacking = all.filter((stages) => !hasConfidence(stages)).map(({ first }) => first.version);
  return { ...choosePairs(ordered, facts), withoutConfidence: [...new Set(lacking)] };
}

/** The first pairs that may save, and the pairs before them that cannot. */
function choosePairs(ordered: readonly Stages[], facts: FrontierFacts): Omit<StagePairs, 'withoutConfidence'> {
  const [saving, others]: [StagePair[], StagePair[]] = [[], []];
  const leastCosts = new Map<string, PlannedStage | string>();
  for (const stages of ordered) {
    if (saving.length === MOST_PAIRS) break;
    const { version } = stages.last;
    const least = leastCosts.get(version) ?? planLastStage(stages.last, 0, facts.terms);
    leastCosts.set(version, least);
    const reason = findNoSaving(stages, least);
    if (reason === null) saving.push({ ...stages, reason });
    else if (others.length < MOST_PAIRS) others.push({ ...stages, reason });
  }
  const pairs = [...saving, ...others];
  return { pairs, notTried: ordered.length - pairs.length };
}

/** Cost a month, to order by. */
function readAmount({ cheapest }: StageVersion): number {
  return Number(cheapest.cost.perMonth.amount);
}

function listStageVersions({ planned, points, tables }: PairContext): StageVersion[] {
  return planned.versions.flatMap(({ version: facts, costs }) => {
    const { version } = facts.evidence;
    const table = tables.get(version);
    const [cheapest] = points
      .filter((point) => point.version === version)
      .toSorted((a, b) => compareAmounts(a.cost.perMonth, b.cost.perMonth));
    return table === undefined || cheapest === undefined ? [] : [{ version, facts, table, cheapest, costs }];
  });
}

/** The reason where the first stage with the fewest replicas of the last costs at least as much as the last stage alone. */
function findNoSaving({ first, last }: Stages, least: PlannedStage | string): string | null {
  if (typeof least === 'string') return least;
  const cost = addMoney(first.cheapest.cost.perMonth, least.cost.perMonth);
  const alone = last.cheapest.cost.perMonth;
  if (compareAmounts(cost, alone) < 0) return null;
  return `its stages cost at least ${describeNoSaving(cost, alone, last.version)}`;
}

/** Example: "$2,920 a month, version 5 alone $2,190; each stage needs its own replicas". */
export function describeNoSaving(cost: EstimatedMoney, alone: EstimatedMoney, last: string): string {
  return `${formatMoneyText(cost)} a month, version ${last} alone ${formatMoneyText(alone)}; each stage needs its own replicas`;
}
