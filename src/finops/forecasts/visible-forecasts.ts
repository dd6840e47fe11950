import { type Identity, isMoneyVisible, limitMoney } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Budgets } from '../budgets/index.ts';
import { parseProjectTeam } from './outlook.ts';
import type { ForecastChange, ForecastStanding, LedgerForecast } from './schema.ts';

/** Forecasts that a caller may read. */
export interface VisibleForecasts {
  /** Teams of the caller; null: the forecasts of all teams are visible. */
  readonly teams: readonly string[] | null;
  /** Forecasts of the teams of the caller, of their projects and of their budgets. */
  includes(forecast: Pick<LedgerForecast, 'level' | 'key'>): boolean;
  /** Known changes whose subject names one of these teams. */
  includesChange(change: Pick<ForecastChange, 'subject'>): boolean;
  /** Without the names of bill sources and deliveries, which are of all teams. */
  limitStanding(standing: ForecastStanding): ForecastStanding;
}

/** Forecasts of models, endpoints and services are of all teams together, so that members of teams do not see them. */
export async function findVisibleForecasts(
  budgets: Pick<Budgets, 'subjects'>,
  sql: Sql,
  identity: Identity,
): Promise<VisibleForecasts> {
  const teams = limitMoney(identity);
  if (teams === null) {
    return { teams, includes: () => true, includesChange: () => true, limitStanding: (standing) => standing };
  }
  const subjects = await budgets.subjects(sql);
  const isOwn = (team: string | null | undefined) => team != null && teams.includes(team);
  return {
    teams,
    includes({ level, key }) {
      if (level === 'team') return isOwn(key);
      if (level === 'project') return isOwn(parseProjectTeam(key));
      const subject = level === 'budget' && key !== null ? subjects.get(key) : undefined;
      return subject !== undefined && isMoneyVisible(identity, subject);
    },
    includesChange: ({ subject }) => isOwn(subject.team),
    limitStanding: (standing) => ({ ...standing, sources: [], deliveries: [] }),
  };
}
