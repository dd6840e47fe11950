import type { Config } from '../config/index.ts';
import { EVERYTHING, TOTALS, type Visible, type WorkGrant } from '../http/index.ts';
import type { Sql, Store } from '../store/index.ts';
import type { FindVisible } from './access.ts';
import type { Role } from './schema.ts';

export interface VisibilityDeps {
  readonly store: Store;
  readonly config: Pick<Config, 'accessReads'>;
  /** Teams that an account is a member of. */
  readonly teamsOf: (sql: Sql, account: string) => Promise<readonly string[]>;
  readonly projectsOf: (sql: Sql, teams: readonly string[]) => Promise<readonly string[]>;
  /** Team of the run of a step; null: none. */
  readonly teamOfWork: (work: WorkGrant) => Promise<string | null>;
}

/**
 * Finds the data that accounts and steps may read. It is read from the store for every request of a limited account, so that a person who leaves a team
 * loses its data with the next request.
 */
export function createFindVisible(deps: VisibilityDeps): FindVisible {
  const { store, config, teamsOf, projectsOf, teamOfWork } = deps;
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
    return limit(caller.role === 'finance' ? 'all' : 'teams', await teamsOf(store, caller.name));
  };
}

const readsAll = (role: Role): boolean => role === 'admin' || role === 'operator';
