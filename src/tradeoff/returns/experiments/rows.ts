import { listModelNames, type RegisteredVersion } from '../../../mlops/registry/index.ts';
import { findFirstValue, hasOnlyRunsOf, listActiveExperiments, readActivity } from '../../../mlops/run-views/index.ts';
import { isWithinLimit } from '../../../platform/http/index.ts';
import { decimal, decimalString, type Money } from '../../../platform/units/index.ts';
import { findModelPolicies } from '../../gates/index.ts';
import { isLowerBetter } from '../../value/index.ts';
import { type CostFacts, computeKnownDays, computeReturn } from '../compute-return.ts';
import type { Gathering } from '../context.ts';
import { buildSubjectKey, buildUnknownCost, findRunningCost, readBilledCosts } from '../gather-costs.ts';
import { buildValueFacts, type ModelValues, readModelValues } from '../gather-values.ts';
import { buildMoneySeries, type DatedAmount, toDay as toDayOfInstant } from '../money-series.ts';
import type { ReturnRow } from '../schema.ts';
import { computeCostPerPoint, type QualityFacts } from './cost-per-point.ts';
import type { ExperimentReturn } from './schema.ts';

const MOST_EXPERIMENTS = 200;
const MOST_MODELS = 100;
const MOST_VERSIONS = 100;
const NO_VERSION = 'no version came from its runs';

interface ExperimentVersion {
  readonly model: string;
  readonly version: string;
  readonly isServed: boolean;
}

type Activity = Awaited<ReturnType<typeof readActivity>>[number];

/** A row for each active experiment with runs: cost of its runs, and value and cost to run of the versions that came from them. */
export async function readExperimentRows(
  gathering: Gathering,
  { model, metric }: { readonly model: string | null; readonly metric: string | null },
): Promise<ReturnRow[]> {
  const { sql } = gathering;
  const experiments = await listVisibleExperiments(gathering);
  const versions = await findVersionsByExperiment(gathering, model);
  const ids = experiments.map(({ experimentId }) => experimentId);
  const activity = new Map((await readActivity(sql, ids, null)).map((one) => [one.experimentId, one]));
  const values = await readModelValues(gathering, model, 'version');
  const billed = await readBilledCosts(gathering, ['model', 'modelVersion']);
  const metered = { count: 0 };
  const rows: ReturnRow[] = [];
  for (const { experimentId, name } of experiments) {
    const of = activity.get(String(experimentId));
    const made = versions.get(name) ?? [];
    if (of === undefined || of.runs === 0 || (model !== null && made.length === 0)) continue;
    const quality = await readQuality(gathering, { experimentId, made, metric });
    const figures = await computeFigures(gathering, { of, made, values, billed, metered });
    rows.push({ key: name, model: null, ...figures, experiment: describeExperiment(figures, { of, made, quality }) });
  }
  return rows;
}

/** Registered versions by the name of the experiment of their run. */
/** For a caller who sees some teams only: the experiments of which all runs are of these teams. */
async function listVisibleExperiments({ deps, sql, visible }: Gathering) {
  const experiments = await listActiveExperiments(sql, MOST_EXPERIMENTS);
  if (visible === null) return experiments;
  const own: typeof experiments = [];
  for (const experiment of experiments) {
    const owner = await deps.tracking.owners.ofExperiment(sql, experiment.experimentId);
    if (!isWithinLimit(visible.owners, owner)) continue;
    if (await hasOnlyRunsOf(sql, [String(experiment.experimentId)], visible.owners)) own.push(experiment);
  }
  return own;
}

async function findVersionsByExperiment(
  { deps, sql, visible }: Gathering,
  model: string | null,
): Promise<ReadonlyMap<string, readonly ExperimentVersion[]>> {
  const names = model === null ? await listModelNames(sql, MOST_MODELS, visible?.owners) : [model];
  const versions: RegisteredVersion[] = [];
  for (const name of names) versions.push(...((await deps.registry.versions(sql, name)) ?? []));
  const runs = versions.flatMap(({ runId }) => runId ?? []);
  const facts = await deps.tracking.lineage.runs(sql, [...new Set(runs)]);
  const experimentOf = new Map(facts.map(({ runId, experimentName }) => [runId, experimentName]));
  const served = new Set(
    (await deps.servedVersions(sql, null)).map((one) => buildSubjectKey([one.model, one.version])),
  );
  const found = new Map<string, ExperimentVersion[]>();
  for (const { model: of, version, runId, aliases } of versions) {
    const experiment = runId === null ? undefined : experimentOf.get(runId);
    if (experiment === undefined) continue;
    const isServed = served.has(buildSubjectKey([of, version])) || aliases.includes('champion');
    found.set(experiment, [...(found.get(experiment) ?? []), { model: of, version, isServed }]);
  }
  return found;
}

interface FigureFacts {
  readonly of: Activity;
  readonly made: readonly ExperimentVersion[];
  readonly values: ReadonlyMap<string, ModelValues>;
  readonly billed: Awaited<ReturnType<typeof readBilledCosts>>;
  readonly metered: { count: number };
}

async function computeFigures(gathering: Gathering, { of, made, values, billed, metered }: FigureFacts) {
  const costs = [];
  for (const { model, version } of made) {
    const amounts = billed.get(buildSubjectKey([model, version]));
    costs.push(await findRunningCost(gathering, amounts, { model, modelVersion: version }, metered));
  }
  const known = costs.filter(({ facts }) => facts.series !== null);
  const knownFrom = known.flatMap((one) => one.knownFrom ?? []).toSorted()[0] ?? null;
  const days = computeKnownDays(gathering.window, knownFrom);
  const parts = [...Map.groupBy(made, ({ model }) => model)].flatMap(([model, versions]) => {
    const value = values.get(model);
    if (value === undefined) return [];
    const own = versions.map(({ version }) => version);
    const byVersion = new Map([...value.byVersion].filter(([version]) => version !== null && own.includes(version)));
    return [{ ...value, byVersion, outcomes: value.outcomes.filter(({ key }) => key !== null && own.includes(key)) }];
  });
  return computeReturn({
    window: gathering.window,
    knownFrom,
    making: buildRunsCost(gathering, of),
    running: sumRunningCosts(
      known.map(({ facts }) => facts),
      made.length - known.length,
    ),
    value: { ...buildValueFacts(gathering, parts, { versions: null, days }) },
  });
}

/** Cost of the runs of an experiment, on the day on which the last of them started. */
function buildRunsCost({ reporting }: Gathering, { cost, lastRunAt }: Activity): CostFacts {
  if (cost.costs.length === 0 || lastRunAt === null) return buildUnknownCost('no run has a known cost');
  const day = toDayOfInstant(Date.parse(lastRunAt));
  const amounts = cost.costs.map((one): DatedAmount => ({ day, ...one }));
  const isLowerBound = cost.runsWithoutCost > 0;
  return {
    series: buildMoneySeries(amounts, reporting),
    basis: 'mixed',
    isLowerBound,
    reason: isLowerBound ? `${cost.runsWithoutCost} of ${cost.runs} runs have no known cost` : null,
  };
}

function sumRunningCosts(known: readonly CostFacts[], unknown: number): CostFacts {
  const [first] = known;
  if (first === undefined)
    return buildUnknownCost(unknown === 0 ? NO_VERSION : 'none of its versions has a known cost to run');
  const currencies = new Set(known.map(({ series }) => series?.currency ?? null));
  const [currency = null] = currencies;
  if (currencies.size > 1 || currency === null)
    return buildUnknownCost('its versions have costs in several currencies');
  const amounts = known.flatMap(({ series }) =>
    [...(series?.byDay ?? [])].map(([day, amount]): DatedAmount => ({ day, currency, amount: decimalString(amount) })),
  );
  const bases = new Set(known.flatMap(({ basis }) => basis ?? []));
  return {
    series: buildMoneySeries(amounts, null),
    basis: bases.size > 1 ? 'mixed' : first.basis,
    isLowerBound: unknown > 0 || known.some((one) => one.isLowerBound),
    reason:
      unknown > 0
        ? `${unknown} of its versions have no known cost to run`
        : (known.find((one) => one.reason !== null)?.reason ?? null),
  };
}

async function readQuality(
  { sql }: Gathering,
  about: { readonly experimentId: number; readonly made: readonly ExperimentVersion[]; readonly metric: string | null },
): Promise<QualityFacts> {
  const rule = about.metric === null ? await findPrimaryRule(sql, about.made) : null;
  const metric = about.metric ?? rule?.metric ?? null;
  if (metric === null) return { metric, baseline: null, best: null, isLower: false };
  const isLower = rule === null ? isLowerBetter(metric) : rule.direction === 'lower';
  const goal = isLower ? 'lowest' : 'highest';
  const [activity] = await readActivity(sql, [about.experimentId], { metric, goal });
  const baseline = await findFirstValue(sql, about.experimentId, metric);
  return { metric, baseline, best: activity?.best?.value ?? null, isLower };
}

/** The first rule of quality of a policy of a model that came from the experiment. */
async function findPrimaryRule(sql: Gathering['sql'], made: readonly ExperimentVersion[]) {
  for (const model of new Set(made.map((one) => one.model))) {
    for (const { spec } of await findModelPolicies(sql, model)) {
      const [rule] = spec.quality;
      if (rule !== undefined) return rule;
    }
  }
  return null;
}

function describeExperiment(
  figures: Pick<ReturnRow, 'making' | 'contribution'>,
  {
    of,
    made,
    quality,
  }: { readonly of: Activity; readonly made: readonly ExperimentVersion[]; readonly quality: QualityFacts },
): ExperimentReturn {
  const { making, contribution } = figures;
  const total: Money | null = of.cost.costs.length === 1 ? (of.cost.costs[0] ?? null) : null;
  return {
    experimentId: of.experimentId,
    runs: of.runs,
    runsWithoutCost: of.cost.runsWithoutCost,
    versions: made.slice(0, MOST_VERSIONS).map((one) => ({ ...one })),
    paid:
      contribution.amount === null || making.cost === null || contribution.amount.currency !== making.cost.currency
        ? null
        : decimal(contribution.amount.amount).gte(making.cost.amount),
    quality: computeCostPerPoint(quality, total),
  };
}
