import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import type { QualityCostData, VersionPoint } from '../charts/quality-cost-option.ts';
import type { Domain } from '../charts/quality-cost-plane.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { logTicks, paddedDomain, paddedLogDomain } from './axis-domain.ts';
import { comparedFigure } from './unit-costs.ts';
import { findChampion, findDirection } from './versions.ts';

/**
 * Ratio of highest to lowest cost from which the axis is logarithmic. A linear axis would compress all but the most
 * expensive version at its start.
 */
const LOG_FROM_SPREAD = 20;

interface QualityCostFacts {
  readonly versions: readonly VersionEvidence[];
  readonly compared: ComparedUnitCosts;
  readonly policy: Policy | undefined;
  readonly metric: string;
}

/**
 * Data of the chart of quality against cost, and the versions that it leaves out because a figure is unknown or has
 * another basis, hardware, window or currency. The policy's bound is drawn only where it has that basis and currency.
 */
export function qualityCostData({ versions, compared, policy, metric }: QualityCostFacts): {
  data: QualityCostData;
  missing: readonly string[];
} {
  const champion = findChampion(versions, policy);
  const points: VersionPoint[] = [];
  const missing: string[] = [];
  for (const version of versions) {
    const quality = version.quality.find((one) => one.metric === metric);
    const { figure } = comparedFigure(compared, version.version);
    if (quality === undefined || figure === null) missing.push(version.version);
    else {
      points.push({
        id: version.version,
        label: version === champion ? `v${version.version} champion` : `v${version.version}`,
        quality: quality.value,
        interval: quality.interval,
        cost: Number(figure.perThousand.amount),
        exactCost: figure.perThousand.amount,
        champion: version === champion,
      });
    }
  }
  const floor = findFloor(policy, metric);
  const ceiling = findCeiling(policy, compared);
  const costs = [...points.map((point) => point.cost), ...(ceiling === null ? [] : [ceiling])];
  const smallest = Math.min(...costs);
  const logCost = smallest > 0 && Math.max(...costs) / smallest >= LOG_FROM_SPREAD;
  const costDomain: Domain = logCost ? paddedLogDomain(costs) : [Math.min(0, smallest), paddedDomain([0, ...costs])[1]];
  return {
    missing,
    data: {
      points,
      metric: formatMetricName(metric),
      currency: compared.currency ?? policy?.spec.currency ?? 'USD',
      floor,
      ceiling,
      higherIsBetter: findDirection(metric, policy) === 'higher',
      logCost,
      costDomain,
      costTicks: logCost ? logTicks(costDomain) : null,
      qualityDomain: paddedDomain([
        ...points.flatMap((point) => [
          point.quality,
          point.interval?.lower ?? point.quality,
          point.interval?.upper ?? point.quality,
        ]),
        ...(floor === null ? [] : [floor]),
      ]),
    },
  };
}

function findFloor(policy: Policy | undefined, metric: string): number | null {
  const floor = policy?.spec.quality.find((rule) => rule.metric === metric)?.floor;
  return floor === undefined ? null : Number(floor);
}

function findCeiling(policy: Policy | undefined, compared: ComparedUnitCosts): number | null {
  const { basis, hardware, batchSize, currency } = compared;
  if (policy === undefined || policy.spec.currency !== currency) return null;
  for (const rule of policy.spec.cost) {
    if (rule.measure !== 'costPerThousandPredictions' || rule.basis !== basis) continue;
    const isOnHardware = rule.hardware === undefined || rule.hardware === hardware;
    if (isOnHardware && (rule.batchSize === undefined || rule.batchSize === batchSize)) return Number(rule.atMost);
  }
  return null;
}
