import { useNavigate, useSearch } from '@tanstack/react-router';
import { Select } from '../parts/Select.tsx';
import { useTeams } from './use-teams.ts';

const ALL = '';

/** The team in view, in the address. */
export function TeamSelect() {
  const { team } = useSearch({ from: '__root__' });
  const teams = useTeams() ?? [];
  const navigate = useNavigate();
  const known = team === undefined || teams.includes(team) ? teams : [...teams, team];
  return (
    <Select
      label="Team"
      hideLabel
      value={team ?? ALL}
      options={[{ value: ALL, label: 'All teams' }, ...known.map((value) => ({ value, label: value }))]}
      onChange={(value) =>
        void navigate({ to: '.', search: (before) => ({ ...before, team: value === ALL ? undefined : value }) })
      }
    />
  );
}
