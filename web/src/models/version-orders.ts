import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import type { Comparators } from '../table/use-sorted.ts';
import { comparedFigure } from './unit-costs.ts';
import { findMetric } from './versions.ts';

/** Ascending orders of the table of versions by column; unknown figures are last. */
export function buildVersionOrders(
  metrics: readonly string[],
  compared: ComparedUnitCosts,
  decisions: readonly Decision[],
): Comparators<VersionEvidence> {
  return {
    ...Object.fromEntries(
      metrics.map((metric) => [metric, compareNumbers((version: VersionEvidence) => findMetric(version, metric))]),
    ),
    version: compareTexts(({ version }) => version),
    cost: compareAmounts(({ version }) => comparedFigure(compared, version).figure?.perThousand.amount),
    training: compareAmounts(({ trainingCost }) => trainingCost.cost?.amount),
    verdict: compareTexts(({ version }) => decisions.find((one) => one.version === version)?.verdict),
    registered: compareTexts(({ createdAt }) => createdAt),
  };
}
