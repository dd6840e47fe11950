import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { toCsv } from '../format/csv.ts';
import { listVersions } from './cascade-text.ts';

const HEADER = [
  ...['point', 'version', 'aliases', 'source', 'hardware', 'batchSize', 'replicasLeast', 'replicasMost'],
  ...['quality', 'qualityLower', 'qualityUpper', 'examples', 'difference', 'differenceLower', 'differenceUpper'],
  ...['costPerMonth', 'costLower', 'costUpper', 'costPerThousand', 'currency', 'status', 'by'],
  ...['tradePriceFrom', 'tradePriceTo', 'acceptance', 'metric', 'acceptAtConfidence', 'escalated'],
];

const text = (value: number | null | undefined) => (value == null ? null : String(value));

/** The points with every exact figure, as CSV. */
export function frontierCsv({ points, qualityAxis }: Pick<ModelFrontier, 'points' | 'qualityAxis'>): string {
  return toCsv(
    HEADER,
    points.map((point) => {
      const { quality, difference, costPerMonth: cost, replicas, tradePrice } = point;
      return [
        ...[point.point, listVersions(point).join(' -> '), point.aliases.join(' '), point.source, point.hardware.name],
        ...[text(point.batchSize), String(replicas.least), String(replicas.most), String(quality.estimate)],
        ...[text(quality.lower), text(quality.upper), String(quality.n), text(difference?.estimate)],
        ...[text(difference?.lower), text(difference?.upper), cost.amount, cost.lower, cost.upper],
        ...[point.costPerThousand.amount, cost.currency, point.status, point.by.join(' | ')],
        ...[tradePrice?.from ?? null, tradePrice?.to ?? null, point.acceptance?.result ?? null],
        qualityAxis?.metric ?? null,
        ...[text(point.cascade?.acceptAtConfidence), text(point.cascade?.escalated.estimate)],
      ];
    }),
  );
}
