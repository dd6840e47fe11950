import { decimal } from '../../../src/platform/units/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { ComparedUnitCosts, UnitCost, UnitCostBasis } from '../../../src/tradeoff/unit-cost/schema.ts';

import { type UnitScale, unitScale } from '../format/money.ts';
import { formatDate } from '../format/time.ts';

export const BASIS_NAME: Readonly<Record<UnitCostBasis, string>> = {
  benchmark: 'benchmark',
  served: 'served',
  atDemand: 'at demand',
};

/** The basis of all figures of a comparison, such as "benchmark on 1 x cpu-core"; null without a figure. */
export function comparedBasis({ basis, hardware, batchSize, window }: ComparedUnitCosts): string | null {
  if (basis === null) return null;
  const when = window === null ? '' : `, ${formatDate(window.start)} to ${formatDate(window.end)}`;
  const batches = batchSize === null ? '' : `, batches of ${batchSize}`;
  return `${BASIS_NAME[basis]} on ${hardware ?? 'unknown hardware'}${batches}${when}`;
}

/** The comparable figure of a version, or why it has none; `scale`: one for all figures of the comparison, that of the cheapest. */
export function comparedFigure(
  { figures, leftOut }: ComparedUnitCosts,
  version: string,
): {
  readonly figure: ComparedUnitCosts['figures'][number] | null;
  readonly reason: string;
  readonly scale: UnitScale | undefined;
} {
  const figure = figures.find((one) => one.version === version) ?? null;
  const reason = leftOut.find((one) => one.version === version)?.reason ?? 'Its cost per prediction is not known.';
  return { figure, reason, scale: comparedScale({ figures }) };
}

/** One scale for all figures of a comparison: that of the cheapest; undefined without a figure. */
export function comparedScale({
  figures,
}: {
  readonly figures: readonly Pick<UnitCost, 'perThousand'>[];
}): UnitScale | undefined {
  const [cheapest] = figures
    .flatMap(({ perThousand }) => perThousand?.amount ?? [])
    .toSorted((a, b) => decimal(a).cmp(b));
  return cheapest === undefined ? undefined : unitScale(cheapest, 1000);
}

/** The cost of another version on the same basis, hardware, window and currency; undefined when there is none. */
export function sameTerms(cost: UnitCost, other: VersionEvidence | null): UnitCost | undefined {
  const buildKey = ({ basis, hardware, batchSize = null, window, perThousand }: UnitCost) =>
    JSON.stringify([
      basis,
      hardware.name,
      perThousand?.currency,
      ...(basis === 'benchmark' ? [hardware.pricePerHour, batchSize] : [window.start, window.end]),
    ]);
  const same = (other?.unitCosts ?? []).filter((one) => buildKey(one) === buildKey(cost));
  return same.length === 1 ? same[0] : undefined;
}
