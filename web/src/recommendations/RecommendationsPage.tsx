import { useNavigate, useSearch } from '@tanstack/react-router';
import { formatInstant } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { PartialNotice } from '../parts/PartialNotice.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { RecommendationsTable } from './RecommendationsTable.tsx';
import type { RecommendationsSearch } from './recommendations-search.ts';
import { SavingFilters } from './SavingFilters.tsx';
import { SetUpCard } from './SetUpCard.tsx';
import { filterSavings, toServerState } from './saving-filters.ts';
import { savingsCsv } from './savings-csv.ts';
import { useFind, useRecommendations } from './use-recommendations.ts';
import { listAnswer, nothingOpenText } from './words.ts';

const TABLE_HEIGHT = 320;

/** Savings: one row for each action, with its part of the total. */
export function RecommendationsPage() {
  const search = useSearch({ from: '/recommendations' });
  const navigate = useNavigate({ from: '/recommendations' });
  const list = useRecommendations(toServerState(search.state));
  const find = useFind();
  const answer = () => {
    if (list.data !== undefined) return listAnswer(list.data);
    return list.isError ? describeReadError(list.error, 'The savings') : <AnswerPending />;
  };
  const onSearch = (next: RecommendationsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false, replace: true });
  const lookedAt = list.data?.lookedAt ?? null;
  return (
    <Page title="Savings" answer={answer()}>
      <div className={layout.stack}>
        <PartialNotice partial={list.data?.partial} />
        <Card
          title="Actions"
          note={
            lookedAt === null
              ? 'Scanned every hour.'
              : `Last scan ${formatInstant(lookedAt)}; every hour, and after new bills or GPU readings.`
          }
          actions={
            <>
              <SavingFilters all={list.data?.recommendations ?? []} search={search} onSearch={onSearch} />
              <CsvButton name="savings" what="the savings" text={() => savingsCsv(list.data?.recommendations ?? [])} />
              {list.data?.partial === undefined && (
                <button
                  type="button"
                  className={parts.button}
                  disabled={find.isPending}
                  onClick={() => find.mutate(undefined)}
                >
                  {find.isPending ? 'Scanning…' : 'Scan now'}
                </button>
              )}
            </>
          }
          flush
        >
          <Loaded query={list} what="The savings" height={TABLE_HEIGHT}>
            {(data) => {
              const rows = filterSavings(data.recommendations, search);
              return rows.length > 0 ? (
                <RecommendationsTable recommendations={rows} totals={data.totals} />
              ) : (
                <Nothing search={search} lookedAt={lookedAt} hidden={data.recommendations.length} />
              );
            }}
          </Loaded>
        </Card>
        {list.data !== undefined && list.data.partial === undefined && <SetUpCard list={list.data} />}
      </div>
    </Page>
  );
}

interface NothingProps {
  readonly search: RecommendationsSearch;
  readonly lookedAt: string | null;
  /** Savings that the filters hide. */
  readonly hidden: number;
}

function Nothing({ search: { state }, lookedAt, hidden }: NothingProps) {
  if (hidden > 0) {
    return <EmptyState shows="Savings of the chosen state, kind and owner." why="No saving matches the filters." />;
  }
  if (state === 'done' || state === 'closed') {
    return (
      <EmptyState
        shows={state === 'done' ? 'Applied savings with their measured amounts.' : 'Dismissed and lapsed savings.'}
        why={state === 'done' ? 'No saving has been applied yet.' : 'No saving was dismissed, and none has lapsed.'}
      />
    );
  }
  return (
    <EmptyState
      shows="Savings: idle GPUs and endpoints, surplus replicas, and cheaper purchases, each with its risk."
      why={nothingOpenText(lookedAt)}
      command="steelyard recommend find"
    />
  );
}
