import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listTeams } from '../../../src/org/schema.ts';
import { endpointQuery } from '../client.ts';
import { teamSpendQuery } from './first-questions.ts';

const MAX_TEAMS = 1000;

/**
 * Names of all teams, alphabetical: applied teams and teams in an allocation rule. Undefined until they are loaded, so
 * that no team changes its colour afterwards.
 */
export function useTeams(): readonly string[] | undefined {
  const applied = useQuery(endpointQuery(listTeams, { query: { pageSize: MAX_TEAMS } }));
  const spending = useQuery(teamSpendQuery);
  const pending = applied.isPending || spending.isPending;
  return useMemo(() => {
    if (pending) return undefined;
    const names = new Set(applied.data?.teams.map((team) => team.name));
    for (const row of spending.data?.rows ?? []) if (typeof row.team === 'string') names.add(row.team);
    return [...names].sort();
  }, [applied.data, spending.data, pending]);
}
