import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import type { Comparators } from '../table/use-sorted.ts';
import { comparedFigure } from './unit-costs.ts';
import { findMetric } from './versions.ts';

/** Ascending orders of the table of versions by column; unknown figures are smallest. */
export function buildVersionOrders(
  metrics: readonly string[],
  compared: ComparedUnitCosts,
  decisions: readonly Decision[],
): Comparators<VersionEvidence> {
  const numeric =
    (read: (version: VersionEvidence) => number | undefined) => (a: VersionEvidence, b: VersionEvidence) => {
      const [left, right] = [a, b].map((one) => read(one) ?? Number.NEGATIVE_INFINITY);
      return left === right ? 0 : Number(left) < Number(right) ? -1 : 1;
    };
  const money = (amount: string | undefined) => (amount === undefined ? undefined : Number(amount));
  const verdict = ({ version }: VersionEvidence) => decisions.find((one) => one.version === version)?.verdict ?? '';
  return {
    ...Object.fromEntries(metrics.map((metric) => [metric, numeric((version) => findMetric(version, metric))])),
    version: numeric(({ version }) => Number(version)),
    cost: numeric(({ version }) => money(comparedFigure(compared, version).figure?.perThousand.amount)),
    training: numeric(({ trainingCost }) => money(trainingCost.cost?.amount)),
    verdict: (a, b) => verdict(a).localeCompare(verdict(b)),
    registered: (a, b) => a.createdAt.localeCompare(b.createdAt),
  };
}
