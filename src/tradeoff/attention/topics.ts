import { listAnomalies } from '../../finops/anomalies/schema.ts';
import { listDeliveries } from '../../finops/billing/schema.ts';
import type { Budget } from '../../finops/budgets/schema.ts';
import { listSources } from '../../finops/sources/schema.ts';
import { listAlerts } from '../../mlops/monitoring/schema.ts';
import { listEndpoints } from '../../mlops/serving/schema.ts';
import type { Subject } from '../../org/schema.ts';
import type { Read } from '../../platform/http/index.ts';
import { decimal } from '../../platform/units/index.ts';
import { listDecisions } from '../decisions/schema.ts';
import { type AlertStandingOnVersion, getProductionHealth } from '../production-health/schema.ts';
import { listRecommendations } from '../recommendations/schema.ts';
import { type Counted, countWaitingDecisions, joinParts } from './counts.ts';
import type { AttentionTopic } from './schema.ts';

/** Teams that own things; null: no known owner. Implemented by bridges; injected by main. */
export interface AttentionOwners {
  readonly ofModel: (model: string) => Promise<string | null>;
  readonly ofEndpoint: (endpoint: string) => Promise<string | null>;
  readonly ofSubject: (subject: Subject) => Promise<string | null>;
}

/** Inputs of a topic. */
export interface TopicQuestion {
  readonly read: Read;
  /** The statuses of all budgets, at most some minutes old. */
  readonly readBudgets: () => Promise<readonly Budget[]>;
  readonly owners: AttentionOwners;
  /** Null: all teams. */
  readonly team: string | null;
  /** Unix milliseconds. */
  readonly now: number;
}

interface Topic {
  readonly topic: AttentionTopic;
  readonly link: string;
  /** False: its things have no team, so it is left out for a team. */
  readonly hasTeam: boolean;
  count(question: TopicQuestion): Promise<Counted>;
}

const PAGE = 1000;

async function select<T>(
  team: string | null,
  things: readonly T[],
  findOwner: (thing: T) => Promise<string | null>,
): Promise<T[]> {
  if (team === null) return [...things];
  const owners = await Promise.all(things.map(findOwner));
  return things.filter((_, at) => owners[at] === team);
}

const isOver = ({ state }: Budget) => state === 'over' || state === 'exhausted';

/** Past a share at which it warns, or expected to end above its limit. */
function isAtRisk(budget: Budget): boolean {
  const { state, forecast, limit } = budget;
  if (isOver(budget)) return false;
  return state === 'warned' || (forecast !== null && decimal(forecast.amount).greaterThan(limit.amount));
}

/** Every topic, in the order of the navigation. */
export const topics: readonly Topic[] = [
  {
    ...{ topic: 'decisions', link: '/decisions', hasTeam: true },
    async count({ read, owners, team }) {
      const { decisions } = await read(listDecisions, { query: { pageSize: PAGE } });
      return countWaitingDecisions(await select(team, decisions, ({ model }) => owners.ofModel(model)));
    },
  },
  {
    ...{ topic: 'budgets', link: '/budgets', hasTeam: true },
    async count({ readBudgets, owners, team }) {
      const budgets = await select(team, await readBudgets(), ({ subject }) => owners.ofSubject(subject));
      return joinParts(
        [
          { count: budgets.filter(isOver).length, level: 'critical', words: ['budget exceeded', 'budgets exceeded'] },
          { count: budgets.filter(isAtRisk).length, level: 'warning', words: ['budget at risk', 'budgets at risk'] },
        ],
        'No budget is at risk',
      );
    },
  },
  {
    ...{ topic: 'anomalies', link: '/anomalies', hasTeam: true },
    async count({ read, team }) {
      const { totals } = await read(listAnomalies, { query: { state: 'open', ...(team === null ? {} : { team }) } });
      const count = totals.reduce((sum, { open }) => sum + open, 0);
      return joinParts([{ count, level: 'warning', words: ['open anomaly', 'open anomalies'] }], 'No open anomaly');
    },
  },
  {
    ...{ topic: 'savings', link: '/recommendations', hasTeam: true },
    async count({ read, owners, team }) {
      const { recommendations, totals } = await read(listRecommendations, { query: { state: 'open' } });
      const { length } = await select(team, recommendations, ({ subject }) => owners.ofSubject(subject));
      const words = ['open saving', 'open savings'] as const;
      const counted = joinParts([{ count: length, level: 'info', words }], 'No open saving');
      const [total] = totals;
      const isOneSum = team === null && totals.length === 1 && total !== undefined;
      return { ...counted, monthly: isOneSum ? total.saving.monthly : null };
    },
  },
  {
    ...{ topic: 'bills', link: '/deliveries', hasTeam: false },
    async count({ read }) {
      const { sources } = await read(listSources, {});
      const { deliveries } = await read(listDeliveries, { query: { held: 'true', pageSize: PAGE } });
      const failed = sources.filter(({ state }) => state === 'failed').length;
      return joinParts(
        [
          { count: failed, level: 'critical', words: ['failed bill source', 'failed bill sources'] },
          { count: deliveries.length, level: 'warning', words: ['delivery on hold', 'deliveries on hold'] },
        ],
        'No failed import',
      );
    },
  },
  {
    ...{ topic: 'alerts', link: '/monitoring', hasTeam: true },
    async count({ read, owners, team, now }) {
      const { alerts } = await read(listAlerts, { query: { open: 'true', pageSize: PAGE } });
      const audible = alerts.filter(({ mute }) => mute === null || Date.parse(mute.until) <= now);
      const open = await select(team, audible, ({ model }) => owners.ofModel(model));
      const { models } = await read(getProductionHealth, {});
      const standings = new Map(models.flatMap((model) => model.alerts.map((one) => [one.episode, one.standing])));
      const count = (standing: AlertStandingOnVersion) =>
        open.filter(({ episode }) => (standings.get(episode) ?? 'open') === standing).length;
      return joinParts(
        [
          { count: count('open'), level: 'critical', words: ['open alert', 'open alerts'] },
          { count: count('not_proven'), level: 'warning', words: ['alert not proven', 'alerts not proven'] },
        ],
        'No alert of a running version',
      );
    },
  },
  {
    ...{ topic: 'endpoints', link: '/endpoints', hasTeam: true },
    async count({ read, owners, team }) {
      const { endpoints } = await read(listEndpoints, {});
      const failed = endpoints.filter(({ state }) => state === 'failed');
      const { length: count } = await select(team, failed, ({ name }) => owners.ofEndpoint(name));
      const words = ['failed endpoint', 'failed endpoints'] as const;
      return joinParts([{ count, level: 'critical', words }], 'No failed endpoint');
    },
  },
];
