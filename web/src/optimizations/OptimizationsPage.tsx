import { useNavigate, useSearch } from '@tanstack/react-router';
import { OptimizationState } from '../../../src/tradeoff/optimizations/schema.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { Select } from '../parts/Select.tsx';
import { NoOptimizations } from './NoOptimizations.tsx';
import { OptimizationsTable } from './OptimizationsTable.tsx';
import { useOptimizations } from './use-optimizations.ts';
import { describeList, STATE_WORDS } from './words.ts';

const TABLE_HEIGHT = 240;
const ANY = '';

/** Changes that save money, tried on live traffic under a guardrail. */
export function OptimizationsPage() {
  const search = useSearch({ from: '/optimizations' });
  const navigate = useNavigate({ from: '/optimizations' });
  const list = useOptimizations(search);
  const all = useOptimizations();
  const endpoints = new Set([
    ...(all.data?.optimizations ?? []).map(({ endpoint }) => endpoint),
    ...(search.endpoint === undefined ? [] : [search.endpoint]),
  ]);
  const isFiltered = search.endpoint !== undefined || search.state !== undefined;
  const answer = () => {
    if (list.data === undefined)
      return list.isError ? describeReadError(list.error, 'The optimizations') : <AnswerPending />;
    const { optimizations } = list.data;
    return isFiltered && optimizations.length === 0 ? 'No optimization matches.' : describeList(optimizations);
  };
  const filters = (
    <>
      <Select
        label="Endpoint"
        value={search.endpoint ?? ANY}
        options={[
          { value: ANY, label: 'All endpoints' },
          ...[...endpoints].sort().map((value) => ({ value, label: value })),
        ]}
        onChange={(endpoint) => void navigate({ search: (before) => ({ ...before, endpoint: endpoint || undefined }) })}
      />
      <Select
        label="State"
        value={search.state ?? ANY}
        options={[
          { value: ANY, label: 'All states' },
          ...OptimizationState.options.map((value) => ({ value, label: STATE_WORDS[value][0] })),
        ]}
        onChange={(state) =>
          void navigate({
            search: (before) => ({ ...before, state: OptimizationState.options.find((one) => one === state) }),
          })
        }
      />
    </>
  );
  return (
    <Page title="Optimizations" answer={answer()} shortAnswer>
      <Card
        title="Changes under a guardrail"
        note="Tried on live traffic, kept while quality holds, and undone when it does not."
        actions={filters}
        flush
      >
        <Loaded query={list} what="The optimizations" height={TABLE_HEIGHT}>
          {({ optimizations }) => {
            if (optimizations.length > 0) return <OptimizationsTable optimizations={optimizations} />;
            return isFiltered ? (
              <EmptyState shows="Optimizations of this endpoint and state." why="No optimization matches." />
            ) : (
              <NoOptimizations />
            );
          }}
        </Loaded>
      </Card>
    </Page>
  );
}
