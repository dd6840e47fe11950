import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { toCsv } from '../format/csv.ts';
import { comparedFigure } from './unit-costs.ts';

/** Versions with every metric and cost, exact, as CSV; all costs per prediction on the one basis that its column names. */
export function versionsCsv(versions: readonly VersionEvidence[], compared: ComparedUnitCosts): string {
  const metrics = [...new Set(versions.flatMap((version) => version.quality.map((quality) => quality.metric)))].sort();
  const header = [
    'model',
    'version',
    'aliases',
    ...metrics.flatMap((metric) => [metric, `${metric}.lower`, `${metric}.upper`]),
    'trainingCost',
    'trainingCurrency',
    'costPerThousandPredictions',
    'basis',
    'hardware',
    'batchSize',
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
      version.trainingCost.cost?.currency ?? null,
      ...costCells(version, compared),
      version.createdAt,
    ]),
  );
}

function costCells({ version }: VersionEvidence, compared: ComparedUnitCosts): (string | null)[] {
  const { figure } = comparedFigure(compared, version);
  if (figure === null) return [null, null, null, null, null];
  const { basis, hardware, batchSize } = compared;
  const { amount, currency } = figure.perThousand;
  return [amount, basis, hardware, batchSize === null ? null : String(batchSize), currency];
}

function metricCells(version: VersionEvidence, metric: string): (string | null)[] {
  const found = version.quality.find((quality) => quality.metric === metric);
  const text = (value: number | undefined) => (value === undefined ? null : String(value));
  return [text(found?.value), text(found?.interval?.lower), text(found?.interval?.upper)];
}
