import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { RunGroup } from '../../../src/mlops/run-views/run-table/schema.ts';
import { groupRuns, type RunColumn } from '../../../src/mlops/run-views/run-table/schema.ts';
import { endpointQuery } from '../client.ts';
import { toCsv } from '../format/csv.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Select } from '../parts/Select.tsx';
import { keyMetric } from '../runs/metric-words.ts';
import { GroupBySelect } from './GroupBySelect.tsx';
import { GroupsTable } from './GroupsTable.tsx';
import { NoRuns } from './NoRuns.tsx';
import { columnLabel } from './run-column.ts';
import type { Runs } from './use-runs.ts';

const HEIGHT = 420;

interface GroupsCardProps {
  readonly runs: Runs;
  /** `params.KEY`, `tags.KEY` or `status`. */
  readonly by: string;
}

/** Runs grouped by a common value, with quality and cost of each group. */
export function GroupsCard({ runs, by }: GroupsCardProps) {
  const navigate = useNavigate({ from: '/experiments/$experimentId' });
  const { groups, metric, metrics } = useRunGroups(runs, by);
  const label = columnLabel(by);
  return (
    <Card
      title={`Quality and cost by ${label}`}
      note={describeGroups(groups.data?.left)}
      flush
      actions={
        <>
          {metric !== undefined && (
            <Select
              label="Quality by"
              value={metric}
              options={[...new Set([metric, ...metrics])].map((value) => ({ value, label: formatMetricName(value) }))}
              onChange={(value) =>
                void navigate({ search: (before) => ({ ...before, metric: value }), resetScroll: false })
              }
            />
          )}
          <GroupBySelect runs={runs} />
          <CsvButton
            name="run-groups"
            what="the groups"
            text={() => groupsCsv(by, metric, groups.data?.groups ?? [])}
          />
        </>
      }
    >
      <Loaded query={groups} what="The groups" height={HEIGHT}>
        {(data) =>
          data.groups.length === 0 ? (
            <NoRuns runs={runs} />
          ) : (
            <GroupsTable groups={data.groups} by={by} metric={metric} filter={runs.search.filter} />
          )
        }
      </Loaded>
    </Card>
  );
}

function describeGroups(left: { readonly groups: number; readonly runs: number } | undefined): string {
  const first = 'Largest group first; a click on a value shows its runs.';
  if (left === undefined || left.groups === 0) return first;
  return `${first} Not shown: ${counted(left.groups, 'smaller group')} with ${counted(left.runs, 'run')}.`;
}

function groupsCsv(by: string, metric: string | undefined, groups: readonly RunGroup[]): string {
  const figure = (value: number | undefined) => (value === undefined ? null : String(value));
  return toCsv(
    [by, 'runs', 'metric', 'least', 'mean', 'greatest', 'cost', 'currency', 'runs_without_cost'],
    groups.map(({ value, runs, cost, metric: of }) => [
      value,
      String(runs),
      metric ?? null,
      figure(of?.least),
      figure(of?.mean),
      figure(of?.greatest),
      cost.costs.map(({ amount }) => amount).join(' + ') || null,
      cost.costs.map(({ currency }) => currency).join(' + ') || null,
      String(cost.runsWithoutCost),
    ]),
  );
}

/** The matching runs grouped by a common value, with the key metric until another is chosen. */
function useRunGroups({ search, selection, known }: Runs, by: string) {
  const metrics = listKeys(known.data?.columns ?? [], 'metric');
  const metric = search.metric ?? keyMetric(metrics);
  const groups = useQuery({
    ...endpointQuery(groupRuns, { query: { ...selection, by, ...(metric === undefined ? {} : { metric }) } }),
    enabled: !known.isPending,
    placeholderData: keepPreviousData,
  });
  return { groups, metric, metrics };
}

function listKeys(columns: readonly RunColumn[], entity: RunColumn['entity']): string[] {
  return columns.filter((column) => column.entity === entity).map(({ key }) => key);
}
