import type { StoredEvaluation } from '../../../mlops/evaluations/index.ts';
import { narrowEvidence } from '../configurations.ts';
import type { VersionFacts } from '../facts.ts';
import type { Configuration } from '../figures/schema.ts';
import type { PlannedPoint, PlannedVersion } from '../list-points.ts';
import { compareAmounts } from '../money.ts';
import { type CostTerms, type PlannedCost, planCost } from '../plan-cost.ts';
import { scaleDemand } from '../scale-demand.ts';

/** A version with its cheapest point at the whole demand, and all its configurations. */
export interface StageVersion {
  readonly version: string;
  readonly facts: VersionFacts;
  readonly table: StoredEvaluation;
  readonly cheapest: PlannedPoint;
  readonly costs: PlannedVersion['costs'];
}

/** A stage in one configuration at the demand that reaches it. */
export interface PlannedStage {
  readonly configuration: Configuration;
  readonly cost: PlannedCost;
}

/** Smallest share of the demand that is planned for: it needs the fewest replicas. */
const LEAST_SHARE = 1e-9;

/**
 * The last stage in its cheapest configuration at a share of the demand, 0 to 1. The reason in words where no configuration has a cost at
 * this demand.
 */
export function planLastStage(
  { facts, costs }: Pick<StageVersion, 'facts' | 'costs'>,
  share: number,
  terms: CostTerms,
): PlannedStage | string {
  const factor = Math.max(LEAST_SHARE, share);
  const planned = costs.map(({ configuration, cost: { demand } }) => {
    const changed = scaleDemand(narrowEvidence(facts.evidence, configuration), terms, { factor, demand });
    const cost = planCost(changed.evidence, changed.terms);
    return typeof cost === 'string' ? cost : { configuration, cost };
  });
  const [cheapest] = planned
    .filter((stage) => typeof stage !== 'string')
    .toSorted((a, b) => compareAmounts(a.cost.perMonth, b.cost.perMonth));
  return cheapest ?? planned.find((stage) => typeof stage === 'string') ?? 'it has no configuration with a cost';
}
