import { type CostMetric, DEFAULT_METRIC } from '../../finops/billing/schema.ts';
import { findReceivedDays } from '../../finops/costs/index.ts';
import { findMonitors } from '../../mlops/monitors/index.ts';
import type { Monitor, MonitorWindow } from '../../mlops/monitors/schema.ts';
import type { DriftWindow } from '../../mlops/quality/schema.ts';
import type { Model } from '../../mlops/registry/index.ts';
import { isWithinLimit, type OwnerLimit } from '../../platform/http/index.ts';
import { findPolicies, selectModelPolicies } from '../gates/index.ts';
import type { Policy } from '../gates/schema.ts';
import type { ReturnFigures } from '../returns/schema.ts';
import { addDays, clipDays, findPrecedingDays, toMidnightMs } from './days.ts';
import type { ScorecardDeps } from './deps.ts';
import type { OpenAlert } from './measures/alerts.ts';
import type { ModelBudget, RangeFigures } from './measures/cost.ts';
import type { GpuFacts } from './measures/gpu.ts';
import type { ServedRequests } from './measures/latency.ts';
import type { ScorecardDays } from './measures/schema.ts';

/** Last whole day of the bills; null without a bill. */
export async function findBilledThrough(deps: Pick<ScorecardDeps, 'costs'>): Promise<string | null> {
  return findReceivedDays(await deps.costs.dailyReach())?.through ?? null;
}

/** Facts of the models of one answer, by model. */
export interface ScorecardFacts {
  readonly days: ScorecardDays;
  readonly preceding: ScorecardDays;
  readonly figures: (model: string) => { readonly now: RangeFigures; readonly before: RangeFigures };
  readonly gpu: (model: string) => GpuFacts;
  readonly served: (model: string) => { readonly now: ServedRequests | null; readonly before: ServedRequests | null };
  readonly monitored: (model: string) => MonitoredFacts;
  readonly policies: (model: Model) => readonly Policy[];
  readonly budget: (model: string) => ModelBudget | null;
}

export interface MonitoredFacts {
  readonly monitor: Monitor | null;
  readonly now: MonitorWindow | null;
  readonly before: MonitorWindow | null;
  readonly drift: readonly DriftWindow[];
  readonly alerts: readonly OpenAlert[];
}

export interface FactsQuestion {
  readonly days: ScorecardDays;
  readonly billedThrough: string | null;
  /** Owners whose budgets the caller may read; null: all. */
  readonly owners: OwnerLimit | null;
}

/** Reads the facts of all models together, and of both ranges. */
export async function gatherFacts(
  deps: ScorecardDeps,
  models: readonly Model[],
  { days, billedThrough, owners }: FactsQuestion,
): Promise<ScorecardFacts> {
  const names = models.map(({ name }) => name);
  const preceding = findPrecedingDays(days);
  const [figures, gpu, served, monitored, policies, budget] = await Promise.all([
    gatherFigures(deps, names, days, billedThrough),
    gatherGpu(deps, { start: preceding.start, end: days.end }),
    gatherServed(deps, names, days, preceding),
    gatherMonitored(deps, names, days, preceding),
    findPolicies(deps.store, null),
    gatherBudgets(deps, names, owners),
  ]);
  return {
    ...{ days, preceding, figures, gpu, served, monitored, budget },
    policies: ({ name, tags }) => selectModelPolicies(policies, { model: name, team: tags['steelyard.team'] ?? null }),
  };
}

const NO_FIGURES: ReadonlyMap<string, ReturnFigures> = new Map();

/**
 * Costs of bills are known up to their last whole day, so the days of figures end there, and the preceding days are as many. Where no
 * requested day is billed, only metered costs are known.
 */
async function gatherFigures(
  deps: ScorecardDeps,
  names: readonly string[],
  days: ScorecardDays,
  billedThrough: string | null,
): Promise<ScorecardFacts['figures']> {
  const billed = billedThrough === null ? days : clipDays(days, addDays(billedThrough, 1));
  const known = billed ?? days;
  const preceding = findPrecedingDays(known);
  const isRead = names.length > 0 && toMidnightMs(known.start) <= deps.clock.now();
  const metric: CostMetric = DEFAULT_METRIC;
  const windows = [known, preceding].map((range) => ({ ...range, metric }));
  const [now = NO_FIGURES, before = NO_FIGURES] = isRead ? await deps.returns.ofModels(names, windows) : [];
  const late = `the bills end on ${billedThrough}`;
  const toRange = (of: typeof NO_FIGURES, model: string, range: ScorecardDays): RangeFigures => {
    const found = of.get(model) ?? null;
    const isUnbilled = billed === null && found !== null && found.running.basis === 'allocated';
    return isUnbilled || found === null
      ? { days: range, figures: null, reason: billed === null ? late : 'the days are in the future' }
      : { days: range, figures: found, reason: null };
  };
  return (model) => ({ now: toRange(now, model, known), before: toRange(before, model, preceding) });
}

async function gatherGpu(
  { gpuUsage, clock }: ScorecardDeps,
  { start, end }: ScorecardDays,
): Promise<ScorecardFacts['gpu']> {
  const all = toMidnightMs(start) > clock.now() ? [] : await gpuUsage.days({ from: start, to: end });
  const readFrom = all[0]?.day ?? null;
  const byModel = Map.groupBy(all, ({ model }) => model);
  return (model) => ({ hours: byModel.get(model) ?? [], readFrom });
}

async function gatherServed(
  deps: ScorecardDeps,
  models: readonly string[],
  ...ranges: readonly [ScorecardDays, ScorecardDays]
): Promise<ScorecardFacts['served']> {
  const [now, before] = await Promise.all(
    ranges.map(({ start, end }) =>
      deps.served(deps.store, { models, start: toMidnightMs(start), end: toMidnightMs(end) }),
    ),
  );
  return (model) => ({ now: now?.get(model) ?? null, before: before?.get(model) ?? null });
}

async function gatherMonitored(
  deps: ScorecardDeps,
  names: readonly string[],
  days: ScorecardDays,
  preceding: ScorecardDays,
): Promise<ScorecardFacts['monitored']> {
  const wanted = new Set(names);
  const monitors = (await findMonitors(deps.store)).filter(({ spec }) => wanted.has(spec.model));
  const health = monitors.length === 0 ? [] : (await deps.health.read()).models;
  const alerts = health.flatMap((one) => one.alerts).filter(({ mutedUntil }) => mutedUntil === null);
  const found = await Promise.all(
    monitors.map(async (monitor): Promise<[string, MonitoredFacts]> => {
      const [now, before, drift] = await Promise.all([
        deps.monitoring.figures(monitor, toPeriod(days)),
        deps.monitoring.figures(monitor, toPeriod(preceding)),
        deps.monitoring.driftIn(monitor, toPeriod({ start: preceding.start, end: days.end })),
      ]);
      const own = alerts.filter((one) => one.monitor === monitor.monitor);
      return [monitor.spec.model, { monitor, now, before, drift, alerts: own }];
    }),
  );
  const byModel = new Map(found);
  return (model) => byModel.get(model) ?? { monitor: null, now: null, before: null, drift: [], alerts: [] };
}

/** Budgets of exactly a model: its team and project may be named, other fields may not. */
async function gatherBudgets(
  { budgets, store }: ScorecardDeps,
  names: readonly string[],
  owners: OwnerLimit | null,
): Promise<ScorecardFacts['budget']> {
  const wanted = new Set(names);
  const found = new Map<string, ModelBudget>();
  for (const [name, { team = null, project = null, model, ...others }] of await budgets.subjects(store)) {
    const isOfModel =
      model !== undefined && wanted.has(model) && Object.values(others).every((one) => one === undefined);
    // A budget without an owner is of its model alone, which the caller may read.
    const isOwned = team !== null || project !== null;
    if (isOwned && !isWithinLimit(owners, { team, project })) continue;
    if (isOfModel && !found.has(model)) found.set(model, await budgets.standing(store, name));
  }
  return (model) => found.get(model) ?? null;
}

function toPeriod({ start, end }: ScorecardDays) {
  return { start: `${start}T00:00:00.000Z`, end: `${end}T00:00:00.000Z` };
}
