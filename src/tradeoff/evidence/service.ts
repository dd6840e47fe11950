import type { MeteredTotalWithBooks, Metering } from '../../finops/metering/index.ts';
import { costPerThousand } from '../../finops/metering/index.ts';
import type { RegisteredVersion, Registry, VersionMetric } from '../../mlops/registry/index.ts';
import { type Tracking, unknownCost as unknownRunCost } from '../../mlops/tracking/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { CostEvidence, QualityEvidence, VersionEvidence } from './schema.ts';

/** What evidence asks of the registry. */
export type VersionSource = Pick<Registry, 'version' | 'versionByAlias' | 'versions' | 'metrics' | 'metricsOfRun'>;

export interface EvidenceDeps {
  readonly versions: VersionSource;
  readonly metering: Pick<Metering, 'total'>;
  readonly tracking: Pick<Tracking, 'costs' | 'lineage'>;
}

/** Evidence with the price books that its costs stood on. */
export interface GatheredEvidence {
  readonly evidence: VersionEvidence;
  readonly priceBooks: readonly string[];
}

export async function gather(deps: EvidenceDeps, sql: Sql, version: RegisteredVersion): Promise<GatheredEvidence> {
  return gathered(deps, sql, version, await deps.versions.metrics(sql, version));
}

/** How the version that a run would become is called while there is none. */
export const NOT_REGISTERED = 'not registered';

/** The evidence of a run as the version that it would become. */
export async function gatherRun(deps: EvidenceDeps, sql: Sql, model: string, runId: string): Promise<GatheredEvidence> {
  const [logged] = await deps.tracking.lineage.modelsOfRun(sql, runId, 1);
  const modelId = logged?.modelId ?? null;
  const candidate = {
    model,
    version: NOT_REGISTERED,
    aliases: [],
    runId,
    modelId,
    createdAt: new Date(0).toISOString(),
    tags: {},
  };
  return gathered(deps, sql, candidate, await deps.versions.metricsOfRun(sql, { runId, modelId }));
}

async function gathered(
  deps: EvidenceDeps,
  sql: Sql,
  version: RegisteredVersion,
  metrics: readonly VersionMetric[],
): Promise<GatheredEvidence> {
  const { model, version: modelVersion, runId } = version;
  const [training, inference] = await Promise.all([
    runId === null ? null : deps.metering.total(sql, { run: runId }),
    deps.metering.total(sql, { model, modelVersion, purpose: 'inference' }),
  ]);
  const runCost = runId === null ? null : ((await deps.tracking.costs(sql, [runId])).get(runId) ?? unknownRunCost);
  const evidence: VersionEvidence = {
    model,
    version: modelVersion,
    aliases: [...version.aliases],
    runId,
    createdAt: version.createdAt,
    quality: qualityOf(metrics),
    trainingCost: trainingCostOf(training, runId),
    costPerThousandPredictions: servingCostOf(inference, model, modelVersion),
    runCost,
  };
  const priceBooks = new Set([...(training?.priceBooks ?? []), ...inference.priceBooks]);
  return { evidence, priceBooks: [...priceBooks].toSorted() };
}

/** The version, or `model_version_not_found` / `model_not_found` with what to do. `@alias` names one by its alias. */
export async function findVersion(
  deps: EvidenceDeps,
  sql: Sql,
  model: string,
  version: string,
): Promise<RegisteredVersion> {
  const found = version.startsWith('@')
    ? await deps.versions.versionByAlias(sql, model, version.slice(1))
    : await deps.versions.version(sql, model, version);
  if (found !== null) return found;
  const versions = await deps.versions.versions(sql, model);
  if (versions === null) {
    throw new AppError('model_not_found', `There is no registered model "${model}". See "steelyard model list".`, {
      model,
    });
  }
  const known = versions.slice(0, 5).map((each) => each.version);
  const detail = `Model "${model}" has no version "${version}". It has: ${known.join(', ') || 'none'}.`;
  throw new AppError('model_version_not_found', detail, { model, version });
}

const SUFFIXES = ['.ci_lower', '.ci_upper', '.n'];
const CONFIDENCE_LEVEL = 0.95;

/** Metrics with their interval and sample size, where those were logged beside them; by name. */
function qualityOf(metrics: readonly VersionMetric[]): QualityEvidence[] {
  const values = new Map(metrics.map((metric) => [metric.name, metric.value]));
  return metrics
    .filter(
      ({ name, value }) =>
        !SUFFIXES.some((suffix) => name.endsWith(suffix)) && !name.startsWith('system/') && Number.isFinite(value),
    )
    .map(({ name, value, measuredAt, source }) => {
      const [lower, upper] = [values.get(`${name}.ci_lower`), values.get(`${name}.ci_upper`)];
      const interval = lower === undefined || upper === undefined ? null : { lower, upper, level: CONFIDENCE_LEVEL };
      return { metric: name, value, interval, sampleSize: values.get(`${name}.n`) ?? null, measuredAt, source };
    })
    .toSorted((a, b) => (a.metric < b.metric ? -1 : 1));
}

function unknownCost(total: MeteredTotalWithBooks | null, reason: string, source: string): CostEvidence {
  return {
    cost: null,
    reason,
    basis: 'metered',
    intervals: total === null ? 0 : total.pricedIntervals + total.unpricedIntervals,
    predictions: total?.predictions ?? null,
    window: total?.period ?? null,
    source,
  };
}

function unpricedReason(total: MeteredTotalWithBooks): string {
  return `no price for ${total.unpricedResources.join(', ')} at the time of use; apply a PriceBook that has it`;
}

function trainingCostOf(total: MeteredTotalWithBooks | null, runId: string | null): CostEvidence {
  if (total === null || runId === null) return unknownCost(null, 'the version names no run', 'registry');
  const source = `metered usage of run ${runId}`;
  if (total.unpricedIntervals > 0) return unknownCost(total, unpricedReason(total), source);
  if (total.cost === null) return unknownCost(total, 'no usage was recorded for its run', source);
  return {
    cost: total.cost,
    reason: null,
    basis: 'metered',
    intervals: total.pricedIntervals,
    predictions: null,
    window: total.period,
    source: `${source}, price book ${total.priceBooks.join(', ')}`,
  };
}

function servingCostOf(total: MeteredTotalWithBooks, model: string, version: string): CostEvidence {
  const source = `metered inference usage of ${model} ${version}`;
  if (total.unpricedIntervals > 0) return unknownCost(total, unpricedReason(total), source);
  if (total.cost === null || total.predictions === null || total.predictions === 0) {
    return unknownCost(total, 'no inference usage with a number of predictions was recorded for it', source);
  }
  return {
    cost: { amount: costPerThousand(total.cost.amount, total.predictions), currency: total.cost.currency },
    reason: null,
    basis: 'metered',
    intervals: total.pricedIntervals,
    predictions: total.predictions,
    window: total.period,
    source: `${source}, price book ${total.priceBooks.join(', ')}`,
  };
}
