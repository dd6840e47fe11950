import type { Budgets } from './finops/budgets/index.ts';
import type { MeasuredServing } from './finops/gpus/index.ts';
import { costPerThousand, type Metering } from './finops/metering/index.ts';
import { type Prices, priceStretches, usedPriceOf, usedPriceText } from './finops/prices/index.ts';
import type { Tokens } from './finops/tokens/index.ts';
import { type Executors, passedEnvironment } from './mlops/executors/index.ts';
import type { Monitoring, ServedRequests } from './mlops/monitoring/index.ts';
import type { Registry } from './mlops/registry/index.ts';
import {
  busyShare,
  createServing,
  hourlyRequests,
  type PredictionLog,
  type ReplicaPrices,
  registriesIn,
  type ScalingBudget,
  type Serving,
  type ServingCosts,
  type ServingDeps,
  type ServingUsage,
  servedMinutes,
  servedOf,
  servedVariants,
  serviceTimes,
  type TokenLedger,
} from './mlops/serving/index.ts';
import type { Tracking } from './mlops/tracking/index.ts';
import type { Org } from './org/index.ts';
import { type Config, processEnvironment, runsProcesses } from './platform/config/index.ts';
import { AppError } from './platform/errors/index.ts';
import type { Store } from './platform/store/index.ts';
import { type Clock, decimal, decimalString } from './platform/units/index.ts';
import type { ServingFacts } from './tradeoff/evidence/index.ts';
import { hardwareName } from './tradeoff/unit-cost/index.ts';

/** Shared infrastructure for serving. */
interface ServingGround
  extends Omit<
    ServingDeps,
    | 'registry'
    | 'files'
    | 'usage'
    | 'costs'
    | 'budget'
    | 'prices'
    | 'predictions'
    | 'processes'
    | 'engines'
    | 'registries'
    | 'environment'
    | 'tokens'
  > {
  readonly config: Config;
}

interface ServedBy {
  readonly org: Org;
  readonly metering: Metering;
  readonly prices: Pick<Prices, 'of'>;
  readonly tokens: Pick<Tokens, 'recordServed'>;
  readonly budgets: Pick<Budgets, 'exhaustedFor'>;
  readonly registry: Registry;
  readonly tracking: Pick<Tracking, 'artifactFiles'>;
  readonly monitoring: Pick<Monitoring, 'served'>;
  readonly executors: Executors;
}

/** Serving and its cost: finops prices the resources of replicas. */
export function wireServing(
  ground: ServingGround,
  { org, metering, prices, tokens, budgets, registry, tracking, monitoring, executors }: ServedBy,
): Serving {
  const { config, store } = ground;
  return createServing({
    ...ground,
    registry,
    files: tracking.artifactFiles,
    usage: servingUsage(store, org, metering),
    costs: servingCosts(metering, ground.clock),
    predictions: predictionLog(store, org, monitoring.served),
    tokens: tokenLedger(store, org, tokens),
    budget: scalingBudget(budgets),
    prices: replicaPrices(prices, ground.clock),
    processes: runsProcesses(config),
    engines: { docker: executors.containers, kubernetes: executors.workloads },
    registries: registriesIn(config.servingRegistries),
    environment: passedEnvironment(processEnvironment()),
  });
}

/** Request counts, for alerts on them. */
export function servedRequests(store: Store): ServedRequests {
  return { served: (question) => servedOf(store, question) };
}

/** Serving facts for evidence: the scaling policies of a model's endpoints, and how busy their replicas were. */
export const servingFacts: ServingFacts = {
  async bounds(sql, model) {
    const served = (await servedVariants(sql)).filter((variant) => variant.model === model);
    return served.map(({ endpoint, min, max, targetUtilization, slo, ...held }) => ({
      endpoint,
      hardware: hardwareName([held]),
      minReplicas: min,
      maxReplicas: max,
      targetUtilization,
      slo,
    }));
  },
  serviceTimes,
  hourlyRequests,
  busyShare,
};

/** Load and latency of replicas with the hardware of their metered usage: minutes with two kinds of hardware are left out. */
export function measuredServing(store: Store, metering: Pick<Metering, 'within'>): MeasuredServing {
  return {
    async minutesOf(endpoint, within) {
      const minutes = await servedMinutes(store, endpoint, within);
      if (minutes.length === 0) return [];
      const held = await metering.within(store, within, { endpoint, purpose: 'inference' });
      return minutes.flatMap(({ version, at, requestsPerSecond, p95Ms }) => {
        const then = held.filter(
          ({ usage }) => usage.subject.modelVersion === version && usage.start <= at && usage.end > at,
        );
        const types = new Set(
          then.map(({ usage }) => (usage.quantity === '1' ? usage.resource : `${usage.quantity} x ${usage.resource}`)),
        );
        const [type] = types;
        return type === undefined || types.size > 1 ? [] : [{ type, requestsPerSecond, latencyMs: p95Ms }];
      });
    },
  };
}

function servingUsage(store: Store, org: Org, metering: Metering): ServingUsage {
  return {
    record: (usage) =>
      store.transaction(async (sql) => {
        const intervals = usage.map(
          async ({ id, endpoint, model, version, resource, quantity, project, environment, ...span }) => ({
            usage: id,
            subject: await org.withTeam(sql, {
              endpoint,
              model,
              modelVersion: version,
              purpose: 'inference',
              ...(project === null ? {} : { project }),
              ...(environment === null ? {} : { environment }),
            }),
            resource,
            quantity,
            period: { start: new Date(span.start).toISOString(), end: new Date(span.end).toISOString() },
            predictions: span.predictions,
            origin: 'replicas of this server, by its clock',
          }),
        );
        await metering.record(sql, await Promise.all(intervals));
      }),
  };
}

/** Costs of all variants are for the same days, so that they can be compared. */
const COST_WINDOW_MS = 7 * 86_400_000;

function servingCosts(metering: Metering, clock: Clock): ServingCosts {
  return {
    async of(sql, { endpoint, model, version }) {
      const now = clock.now();
      const window = { start: now - COST_WINDOW_MS, end: now };
      const total = await metering.total(sql, { endpoint, model, modelVersion: version }, window);
      const { cost, predictions, hours, unpricedResources } = total;
      const per1000 =
        cost === null || predictions === null || predictions === 0
          ? null
          : { amount: costPerThousand(cost.amount, predictions), currency: cost.currency };
      return { predictions, hours, cost, per1000, unpriced: unpricedResources };
    },
    async within(sql, endpoint, within) {
      const metered = await metering.within(sql, within, { endpoint, purpose: 'inference' });
      return metered.map(({ usage: { subject, start, end }, metered: { cost } }) => ({
        model: subject.model ?? '',
        version: subject.modelVersion ?? '',
        start,
        end,
        cost,
      }));
    },
  };
}

/** Cache lifetime of the team of a project, after which a change of its team takes effect. */
const TEAM_FRESH_MS = 10_000;

/** The log of predictions, which are of the team that their project has when they are kept. */
function predictionLog(store: Store, org: Org, { keep }: Monitoring['served']): PredictionLog {
  const teams = new Map<string, { readonly team: Promise<string | null>; readonly until: number }>();

  function teamOf(project: string): Promise<string | null> {
    const now = performance.now();
    const known = teams.get(project);
    if (known !== undefined && now < known.until) return known.team;
    const team = org.withTeam(store, { project }).then((subject) => subject.team ?? null);
    teams.set(project, { team, until: now + TEAM_FRESH_MS });
    team.catch(() => teams.delete(project));
    return team;
  }

  return {
    async keep(predictions) {
      const projects = [...new Set(predictions.flatMap(({ project }) => project ?? []))];
      if (projects.length === 0) return keep(predictions.map((one) => ({ ...one })));
      const found = new Map(await Promise.all(projects.map(async (one) => [one, await teamOf(one)] as const)));
      return keep(predictions.map((one) => ({ ...one, team: found.get(one.project ?? '') ?? null })));
    },
  };
}

/** Tokens of answers go to the ledger of tokens, as those of the team that their project has now. */
function tokenLedger(store: Store, org: Org, tokens: Pick<Tokens, 'recordServed'>): TokenLedger {
  return {
    async record(used) {
      const records = await Promise.all(
        used.map(async ({ endpoint, environment, project, model, modelVersion, ...counts }) => ({
          ...counts,
          subject: await org.withTeam(store, {
            ...{ endpoint, model, modelVersion, purpose: 'inference' as const },
            ...(environment === null ? {} : { environment }),
            ...(project === null ? {} : { project }),
          }),
        })),
      );
      await tokens.recordServed(records);
    },
  };
}

/** Hourly cost of the resources of a replica, by the price that its usage is metered with. */
function replicaPrices(prices: Pick<Prices, 'of'>, clock: Clock): ReplicaPrices {
  return {
    async of(sql, { resource, quantity }) {
      const now = clock.now();
      const [held] = priceStretches(await prices.of(sql, resource), now, now + 1).stretches;
      if (held === undefined) return null;
      const { amount, currency } = held.price.price;
      const source = usedPriceText(usedPriceOf(held.price, resource, now));
      return {
        amount: decimalString(decimal(amount).times(quantity)),
        currency,
        source: quantity === '1' ? source : `${quantity} x ${source}`,
      };
    },
  };
}

function scalingBudget(budgets: Pick<Budgets, 'exhaustedFor'>): ScalingBudget {
  return {
    async spentFor({ endpoint, model, version, project, environment }) {
      try {
        const budget = await budgets.exhaustedFor({
          endpoint,
          model,
          modelVersion: version,
          purpose: 'inference',
          ...(project === null ? {} : { project }),
          ...(environment === null ? {} : { environment }),
        });
        return budget === null ? null : { budget, why: `budget "${budget}" is used up` };
      } catch (error) {
        // Without a price the budget cannot be enforced.
        if (!(error instanceof AppError) || error.code !== 'price_missing') throw error;
        return { budget: String(error.context.budget), why: error.message };
      }
    },
  };
}
