import type { Budgets } from './finops/budgets/index.ts';
import { costPerThousand, type Metering } from './finops/metering/index.ts';
import { passedEnvironment } from './mlops/executors/index.ts';
import type { Registry } from './mlops/registry/index.ts';
import {
  createServing,
  type ScalingBudget,
  type Serving,
  type ServingCosts,
  type ServingDeps,
  type ServingUsage,
} from './mlops/serving/index.ts';
import type { Tracking } from './mlops/tracking/index.ts';
import type { Org } from './org/index.ts';
import { type Config, processEnvironment } from './platform/config/index.ts';
import { AppError } from './platform/errors/index.ts';
import type { Store } from './platform/store/index.ts';

/** What serving stands on of the ground floor. */
interface ServingGround
  extends Omit<ServingDeps, 'registry' | 'files' | 'usage' | 'costs' | 'budget' | 'processes' | 'environment'> {
  readonly config: Config;
}

interface ServedBy {
  readonly org: Org;
  readonly metering: Metering;
  readonly budgets: Pick<Budgets, 'exhaustedFor'>;
  readonly registry: Registry;
  readonly tracking: Pick<Tracking, 'artifactFiles'>;
}

/** What serves, and what it costs: the other wing prices what replicas hold. */
export function wireServing(ground: ServingGround, { org, metering, budgets, registry, tracking }: ServedBy): Serving {
  const { config, store } = ground;
  return createServing({
    ...ground,
    registry,
    files: tracking.artifactFiles,
    usage: servingUsage(store, org, metering),
    costs: servingCosts(metering),
    budget: scalingBudget(budgets),
    processes: config.processExecutor === 'on' || (config.processExecutor === 'auto' && config.accounts === 'off'),
    environment: passedEnvironment(processEnvironment()),
  });
}

function servingUsage(store: Store, org: Org, metering: Metering): ServingUsage {
  return {
    record: (usage) =>
      store.transaction(async (sql) => {
        const intervals = usage.map(
          async ({ id, endpoint, model, version, resource, project, environment, ...span }) => ({
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
            quantity: '1',
            period: { start: new Date(span.start).toISOString(), end: new Date(span.end).toISOString() },
            predictions: span.predictions,
            origin: 'replicas of this server, by its clock',
          }),
        );
        await metering.record(sql, await Promise.all(intervals));
      }),
  };
}

function servingCosts(metering: Metering): ServingCosts {
  return {
    async of(sql, { endpoint, model, version }) {
      const total = await metering.total(sql, { endpoint, model, modelVersion: version });
      const { cost, predictions, hours, unpricedResources } = total;
      const per1000 =
        cost === null || predictions === null || predictions === 0
          ? null
          : { amount: costPerThousand(cost.amount, predictions), currency: cost.currency };
      return { predictions, hours, cost, per1000, unpriced: unpricedResources };
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
        return budget === null ? null : { budget, why: `nothing is left of budget "${budget}"` };
      } catch (error) {
        // What cannot be priced cannot be held within a budget.
        if (!(error instanceof AppError) || error.code !== 'price_missing') throw error;
        return { budget: String(error.context.budget), why: error.message };
      }
    },
  };
}
