import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import { toCsv } from '../format/csv.ts';

/** Versions with every metric and cost, exact, as CSV. */
export function versionsCsv(versions: readonly VersionEvidence[]): string {
  const metrics = [...new Set(versions.flatMap((version) => version.quality.map((quality) => quality.metric)))].sort();
  const header = [
    'model',
    'version',
    'aliases',
    ...metrics.flatMap((metric) => [metric, `${metric}.lower`, `${metric}.upper`]),
    'trainingCost',
    'costPerThousandPredictions',
    'currency',
    'createdAt',
  ];
  return toCsv(
    header,
    versions.map((version) => [
      version.model,
      version.version,
      version.aliases.join(' '),
      ...metrics.flatMap((metric) => metricCells(version, metric)),
      version.trainingCost.cost?.amount ?? null,
      version.costPerThousandPredictions.cost?.amount ?? null,
      version.costPerThousandPredictions.cost?.currency ?? version.trainingCost.cost?.currency ?? null,
      version.createdAt,
    ]),
  );
}

function metricCells(version: VersionEvidence, metric: string): (string | null)[] {
  const found = version.quality.find((quality) => quality.metric === metric);
  const text = (value: number | undefined) => (value === undefined ? null : String(value));
  return [text(found?.value), text(found?.interval?.lower), text(found?.interval?.upper)];
}
