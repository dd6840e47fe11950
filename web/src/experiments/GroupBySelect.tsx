import { useNavigate } from '@tanstack/react-router';
import { Select } from '../parts/Select.tsx';
import { columnLabel } from './run-column.ts';
import type { Runs } from './use-runs.ts';

const NONE = '';
/** Tags that clients set automatically and that several runs share. */
const SHARED = new Set(['mlflow.user', 'mlflow.source.name', 'mlflow.source.git.commit', 'mlflow.parentRunId']);

/** Dimension for grouping the runs: status, a param or a tag. */
export function GroupBySelect({ runs: { search, known } }: { readonly runs: Runs }) {
  const navigate = useNavigate({ from: '/experiments/$experimentId' });
  const keys = (known.data?.columns ?? [])
    .filter(
      ({ entity, key }) => entity === 'param' || (entity === 'tag' && (!key.startsWith('mlflow.') || SHARED.has(key))),
    )
    .map(({ column }) => column);
  const columns = [...new Set(['status', ...keys, ...(search.group === undefined ? [] : [search.group])])];
  return (
    <Select
      label="Group by"
      value={search.group ?? NONE}
      options={[
        { value: NONE, label: 'nothing' },
        ...columns.map((value) => ({
          value,
          label: `${columnLabel(value)}${value.startsWith('tags.') ? ' (tag)' : ''}`,
        })),
      ]}
      onChange={(group) =>
        void navigate({
          search: (before) => ({ ...before, group: group === NONE ? undefined : group }),
          resetScroll: false,
        })
      }
    />
  );
}
