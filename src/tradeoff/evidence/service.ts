import type { Billing } from '../../finops/billing/index.ts';
import type { Metering } from '../../finops/metering/index.ts';
import type { RegisteredVersion, Registry, VersionMetric } from '../../mlops/registry/index.ts';
import { type Tracking, unknownCost as unknownRunCost } from '../../mlops/tracking/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { compareUnitCosts, type ServiceSample } from '../unit-cost/index.ts';
import type { ComparedUnitCosts, UnitCost, WaitingSlo } from '../unit-cost/schema.ts';
import { gatherModelValue, listVersionValues, type ModelValueFacts, type ValueDeps } from '../value/index.ts';
import { findCapacities, readTrafficSamples } from './capacities.ts';
import { gatherMakingCost, type MakingDeps } from './making/gather.ts';
import type { MakingCost } from './making/schema.ts';
import type { QualityEvidence, VersionEvidence } from './schema.ts';
import { findCostDeliveries, toTrainingCost } from './training-cost.ts';
import {
  gatherModelFacts,
  gatherUnitCosts,
  type ModelFacts,
  readRecordedTrace,
  type UnitCostDeps,
} from './unit-costs.ts';

/** The part of the registry that evidence reads. */
export type VersionSource = Pick<
  Registry,
  'version' | 'versionByAlias' | 'versions' | 'metrics' | 'metricsOfRun' | 'versionNamesOfRuns'
>;

export interface EvidenceDeps extends UnitCostDeps, ValueDeps {
  readonly versions: VersionSource;
  readonly metering: Pick<Metering, 'total' | 'within'>;
  readonly billing: Pick<Billing, 'currentUnits'>;
  readonly tracking: Pick<Tracking, 'costs' | 'lineage'>;
  readonly makingSteps: MakingDeps['makingSteps'];
}

/** Evidence with the price books and the deliveries of bills that its costs were taken from. */
export interface GatheredEvidence {
  readonly evidence: VersionEvidence;
  readonly priceBooks: readonly string[];
  readonly billDeliveries: readonly string[];
}

/** Evidence that takes more reading, and that is gathered only where it is needed. */
export interface EvidenceNeeds {
  /** SLOs at which the capacity of a replica is needed; null: that of the endpoint. Left out: capacities are not computed. */
  readonly slos?: readonly (WaitingSlo | null)[] | undefined;
  /** Whether the cost to make the version is needed. */
  readonly makingCost?: boolean | undefined;
  /** Whether the value of a prediction is needed. */
  readonly value?: boolean | undefined;
}

/** Additional input of a caller. */
interface GatherOptions extends EvidenceNeeds {
  /** Facts of the model, where the caller has them for several versions. */
  readonly facts?: ModelFacts | undefined;
  readonly valueFacts?: ModelValueFacts | undefined;
}

export async function gatherEvidence(
  deps: EvidenceDeps,
  sql: Sql,
  version: RegisteredVersion,
  options: GatherOptions = {},
): Promise<GatheredEvidence> {
  return gatherVersionEvidence(deps, sql, { version, ...options, metrics: await deps.versions.metrics(sql, version) });
}

/** A version with its evidence. */
export interface GatheredVersion extends GatheredEvidence {
  readonly version: RegisteredVersion;
}

/** Evidence of versions of one model, in their order: the facts of the model are read once for all of them. */
export async function gatherVersions(
  deps: EvidenceDeps,
  sql: Sql,
  {
    model,
    versions,
    needs = {},
  }: {
    readonly model: string;
    readonly versions: readonly RegisteredVersion[];
    readonly needs?: EvidenceNeeds | undefined;
  },
): Promise<GatheredVersion[]> {
  const facts = await gatherModelFacts(deps, sql, model);
  const valueFacts = needs.value === true ? await gatherModelValue(deps, sql, model) : undefined;
  return Promise.all(
    versions.map(async (version) => ({
      version,
      ...(await gatherEvidence(deps, sql, version, { ...needs, facts, valueFacts })),
    })),
  );
}

/** The unit costs of a model's versions that can be compared, its champion's before others. */
export function compareVersions(versions: readonly VersionEvidence[]): ComparedUnitCosts {
  const champion = versions.find(({ aliases }) => aliases.includes(CHAMPION)) ?? null;
  return compareUnitCosts(
    versions.map(({ version, unitCosts = [] }) => ({ version, unitCosts })),
    champion?.version ?? null,
  );
}

const CHAMPION = 'champion';

/** How the version that a run would become is called while there is none. */
export const NOT_REGISTERED = 'not registered';

/** The evidence of a run as the version that it would become. */
export async function gatherRunEvidence(
  deps: EvidenceDeps,
  sql: Sql,
  { model, runId, ...needs }: { readonly model: string; readonly runId: string } & EvidenceNeeds,
): Promise<GatheredEvidence> {
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
  return gatherVersionEvidence(deps, sql, {
    version: candidate,
    ...needs,
    metrics: await deps.versions.metricsOfRun(sql, { runId, modelId }),
  });
}

async function gatherVersionEvidence(
  deps: EvidenceDeps,
  sql: Sql,
  {
    version,
    metrics,
    facts,
    slos,
    makingCost: needsMakingCost = false,
    value: needsValue = false,
    valueFacts,
  }: { readonly version: RegisteredVersion; readonly metrics: readonly VersionMetric[] } & GatherOptions,
): Promise<GatheredEvidence> {
  const { model, version: modelVersion, runId } = version;
  const training = runId === null ? null : await deps.metering.total(sql, { run: runId });
  const modelWide = facts ?? (await gatherModelFacts(deps, sql, model));
  const gathered = await gatherUnitCosts(deps, sql, version, modelWide);
  const { unitCosts, priceBooks: unitPriceBooks, pricesAsOf, benchmarks } = gathered;
  const runCost = runId === null ? null : ((await deps.tracking.costs(sql, [runId])).get(runId) ?? unknownRunCost);
  const makingCost =
    needsMakingCost && runId !== null
      ? await gatherMakingCost(deps, sql, { model, version: modelVersion, runId })
      : null;
  const quality = toQualityEvidence(metrics);
  const valued = needsValue ? (valueFacts ?? (await gatherModelValue(deps, sql, model))) : null;
  const evidence: VersionEvidence = {
    model,
    version: modelVersion,
    aliases: [...version.aliases],
    runId,
    createdAt: version.createdAt,
    quality,
    trainingCost: toTrainingCost(training, runId, runCost ?? unknownRunCost),
    ...(needsMakingCost ? { makingCost } : {}),
    ...(valued === null ? {} : { value: listVersionValues(valued, modelVersion, quality) }),
    unitCosts,
    scaling: [...modelWide.scaling],
    demandPerMonth: modelWide.demandPerMonth,
    ...(await gatherDemandEvidence(deps, sql, version, { slos, modelWide, unitCosts, benchmarks })),
    pricesAsOf,
    runCost,
  };
  const priceBooks = new Set([...(training?.priceBooks ?? []), ...unitPriceBooks]);
  const billed = [
    { isReconciled: runCost?.total.basis === 'reconciled', window: evidence.trainingCost.window },
    { isReconciled: isPartlyReconciled(makingCost), window: makingCost?.window ?? null },
  ];
  const billDeliveries = await findCostDeliveries(deps.billing, sql, billed);
  return { evidence, priceBooks: [...priceBooks].toSorted(), billDeliveries };
}

function isPartlyReconciled(making: MakingCost | null): boolean {
  return making?.parts.some(({ basis }) => basis === 'reconciled') ?? false;
}

/** Additional evidence for a rule at demand; empty where no SLO is requested. */
async function gatherDemandEvidence(
  deps: EvidenceDeps,
  sql: Sql,
  { model, version }: Pick<RegisteredVersion, 'model' | 'version'>,
  known: {
    readonly slos: GatherOptions['slos'];
    readonly modelWide: ModelFacts;
    readonly unitCosts: readonly UnitCost[];
    readonly benchmarks: readonly ServiceSample[];
  },
): Promise<Pick<VersionEvidence, 'demandTrace' | 'capacities'>> {
  const { slos = [], modelWide, unitCosts, benchmarks } = known;
  if (slos.length === 0) return {};
  const traffic = await readTrafficSamples(deps.serving, sql, version, { unitCosts, window: modelWide.window });
  return {
    demandTrace: await readRecordedTrace(deps, sql, model, modelWide),
    capacities: await findCapacities([...traffic, ...benchmarks], slos, modelWide.scaling),
  };
}

/** The version, or `model_version_not_found` / `model_not_found` with the next step in its message. `@alias` names one by its alias. */
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

/** Metrics with their interval and sample size, where those were logged with them; by name. */
function toQualityEvidence(metrics: readonly VersionMetric[]): QualityEvidence[] {
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
