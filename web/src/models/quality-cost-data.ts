import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import type { Domain, QualityCostData, VersionPoint } from '../charts/quality-cost-option.ts';
import { logTicks, paddedDomain, paddedLogDomain } from './axis-domain.ts';
import { championOf, directionOf, drawnCost } from './versions.ts';

/** From this spread of costs on, a straight axis would press all but the dearest against its start. */
const LOG_FROM_SPREAD = 20;

/** What the picture of quality against cost shows, and the versions that it cannot show because a figure is unknown. */
export function qualityCostData(
  versions: readonly VersionEvidence[],
  policy: Policy | undefined,
  metric: string,
): { data: QualityCostData; missing: readonly string[] } {
  const champion = championOf(versions, policy);
  const points: VersionPoint[] = [];
  const missing: string[] = [];
  for (const version of versions) {
    const quality = version.quality.find((one) => one.metric === metric);
    const cost = drawnCost(version);
    if (quality === undefined || cost === undefined) missing.push(version.version);
    else {
      points.push({
        id: version.version,
        label: version === champion ? `v${version.version} champion` : `v${version.version}`,
        quality: quality.value,
        interval: quality.interval,
        cost,
        exactCost: version.costPerThousandPredictions.cost?.amount ?? '0',
        champion: version === champion,
      });
    }
  }
  const floor = floorOf(policy, metric);
  const ceiling = ceilingOf(policy);
  const costs = [...points.map((point) => point.cost), ...(ceiling === null ? [] : [ceiling])];
  const smallest = Math.min(...costs);
  const logCost = smallest > 0 && Math.max(...costs) / smallest >= LOG_FROM_SPREAD;
  const costDomain: Domain = logCost ? paddedLogDomain(costs) : [Math.min(0, smallest), paddedDomain([0, ...costs])[1]];
  const currency = versions.find((version) => version.costPerThousandPredictions.cost !== null)
    ?.costPerThousandPredictions.cost?.currency;
  return {
    missing,
    data: {
      points,
      metric,
      currency: currency ?? policy?.spec.currency ?? 'USD',
      floor,
      ceiling,
      higherIsBetter: directionOf(metric, policy) === 'higher',
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

function floorOf(policy: Policy | undefined, metric: string): number | null {
  const floor = policy?.spec.quality.find((rule) => rule.metric === metric)?.floor;
  return floor === undefined ? null : Number(floor);
}

function ceilingOf(policy: Policy | undefined): number | null {
  const rule = policy?.spec.cost.find((one) => one.measure === 'costPerThousandPredictions');
  return rule?.measure === 'costPerThousandPredictions' ? Number(rule.atMost) : null;
}
