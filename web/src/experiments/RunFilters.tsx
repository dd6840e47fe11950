import { useNavigate } from '@tanstack/react-router';
import { CallError } from '../client.ts';
import { useTeams } from '../frame/use-teams.ts';
import { Select } from '../parts/Select.tsx';
import styles from './experiments.module.css';
import { AGES, STATUSES } from './experiments-search.ts';
import { FilterField } from './FilterField.tsx';
import type { Runs } from './use-runs.ts';

const ANY = '';
const AGE_SAID = { '1h': 'last hour', '24h': 'last 24 hours', '7d': 'last 7 days', '30d': 'last 30 days' } as const;
const VIEWS = [
  { value: ANY, label: 'Active runs' },
  { value: 'deleted', label: 'Deleted runs' },
  { value: 'all', label: 'All runs' },
];

/** The filter in MLflow's grammar, with quick filters next to it; all of them are in the URL. */
export function RunFilters({ runs }: { readonly runs: Runs }) {
  const { search, team, pages, known } = runs;
  const navigate = useNavigate({ from: '/experiments/$experimentId' });
  const teams = useTeams() ?? [];
  const change = (next: Partial<typeof search> & { team?: string | undefined }, replace = false) => {
    runs.renew();
    void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false, replace });
  };
  const problem = pages.error instanceof CallError ? pages.error.problem : undefined;
  const refused = problem?.code === 'search_filter_invalid' ? problem.detail : undefined;
  const listed = team === undefined || teams.includes(team) ? teams : [...teams, team];
  return (
    <div className={styles.filters}>
      <FilterField
        value={search.filter ?? ANY}
        columns={known.data?.columns ?? []}
        refused={refused}
        onApply={(filter) => change({ filter: filter === ANY ? undefined : filter }, true)}
      />
      <Select
        label="Status"
        value={search.status ?? ANY}
        options={[{ value: ANY, label: 'Any' }, ...STATUSES.map((value) => ({ value, label: value.toLowerCase() }))]}
        onChange={(value) => change({ status: STATUSES.find((status) => status === value) })}
      />
      <Select
        label="Started"
        value={search.since ?? ANY}
        options={[{ value: ANY, label: 'At any time' }, ...AGES.map((value) => ({ value, label: AGE_SAID[value] }))]}
        onChange={(value) => change({ since: AGES.find((age) => age === value) })}
      />
      <Select
        label="Team"
        value={team ?? ANY}
        options={[{ value: ANY, label: 'All teams' }, ...listed.map((value) => ({ value, label: value }))]}
        onChange={(value) => change({ team: value === ANY ? undefined : value })}
      />
      <Select
        label="Show"
        hideLabel
        value={search.view ?? ANY}
        options={VIEWS}
        onChange={(value) => change({ view: value === 'deleted' || value === 'all' ? value : undefined })}
      />
    </div>
  );
}
