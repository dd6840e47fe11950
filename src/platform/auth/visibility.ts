import type { Config } from '../config/index.ts';
import { EVERYTHING, TOTALS, type Visible, type WorkGrant } from '../http/index.ts';
import { createLastKnown } from '../last-known/index.ts';
import type { Sql, Store } from '../store/index.ts';
import type { Clock } from '../units/index.ts';
import type { FindVisible } from './access.ts';
import type { Role } from './schema.ts';

export interface VisibilityDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly config: Pick<Config, 'accessReads' | 'lastKnownSeconds'>;
  /** Teams that an account is a member of. */
  readonly teamsOf: (sql: Sql, account: string) => Promise<readonly string[]>;
  readonly projectsOf: (sql: Sql, teams: readonly string[]) => Promise<readonly string[]>;
  /** Team of the run of a step; null: none. */
  readonly teamOfWork: (work: WorkGrant) => Promise<string | null>;
}

/**
 * Finds the data that accounts and steps may read. It is read from the store for every request of a limited account, so that a person who leaves a team
 * loses its data with the next request. While the store does not respond, the last answer is used, up to its age limit.
 */
export function createFindVisible(deps: VisibilityDeps): FindVisible {
  const { store, clock, config, teamsOf, projectsOf, teamOfWork } = deps;
  const lastKnown = createLastKnown<Visible>({ clock, maxAgeMs: 1000 * config.lastKnownSeconds });
  const limit = async (money: Visible['money'], teams: readonly string[]): Promise<Visible> => {
    const projects = teams.length === 0 ? [] : await projectsOf(store, teams);
    return { money, work: 'teams', teams: new Set(teams), projects: new Set(projects) };
  };
  return async (caller) => {
    if ('role' in caller && caller.role === 'leader') return TOTALS;
    if (config.accessReads === 'everything') return EVERYTHING;
    if ('work' in caller) {
      const team = await teamOfWork(caller.work);
      return limit('teams', team === null ? [] : [team]);
    }
    if (readsAll(caller.role)) return EVERYTHING;
    const money = caller.role === 'finance' ? 'all' : 'teams';
    const { name } = caller;
    return lastKnown.read(JSON.stringify([name, money]), async () => limit(money, await teamsOf(store, name)));
  };
}

const readsAll = (role: Role): boolean => role === 'admin' || role === 'operator';
