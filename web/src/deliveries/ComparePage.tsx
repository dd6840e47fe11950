import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { diffDeliveries } from '../../../src/finops/billing/diff/schema.ts';
import { endpointQuery } from '../client.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { CompareAnswer } from './CompareAnswer.tsx';
import { CompareControls } from './CompareControls.tsx';
import { CompareMoney } from './CompareMoney.tsx';
import { CompareRows } from './CompareRows.tsx';
import styles from './deliveries.module.css';
import type { CompareSearch } from './deliveries-search.ts';
import { ROWS_GROUPED, ROWS_LISTED } from './rows-listed.ts';
import { useDeliveries } from './use-deliveries.ts';

const HEIGHT = 640;
const USUAL_DIMENSION = 'serviceName';

/** Difference between two deliveries of a month: in money and row by row. */
export function ComparePage() {
  const search = useSearch({ from: '/deliveries/compare' });
  const navigate = useNavigate({ from: '/deliveries/compare' });
  const { entries } = useDeliveries();
  const { a, b, month, by = USUAL_DIMENSION, skip = 0 } = search;
  const diff = useQuery({
    ...endpointQuery(diffDeliveries, {
      query: {
        a: a ?? '',
        b: b ?? '',
        period: month,
        by,
        limit: search.rows === undefined ? ROWS_GROUPED : ROWS_LISTED,
        offset: skip,
      },
    }),
    enabled: a !== undefined && b !== undefined,
    placeholderData: keepPreviousData,
  });
  const change = (changes: Partial<CompareSearch>) =>
    void navigate({ search: (before) => ({ ...before, skip: undefined, ...changes }), resetScroll: false });
  const chosen = a !== undefined && b !== undefined;
  return (
    <Page title="Two bills compared" answer={answer()}>
      <div className={styles.stack}>
        <CompareControls entries={entries ?? []} search={search} onChange={change} />
        {chosen ? (
          <Loaded query={diff} what="The comparison" height={HEIGHT}>
            {(found) => (
              <>
                <CompareMoney diff={found} by={by} onChange={(dimension) => change({ by: dimension })} />
                <CompareRows diff={found} search={search} onChange={change} />
              </>
            )}
          </Loaded>
        ) : (
          <EmptyState
            shows="Differences between two deliveries of a month: rows added, removed or changed, and the amounts."
            why="Choose the two deliveries above, or open a “Change” in the list of deliveries."
          >
            <Link to="/deliveries" className={parts.button}>
              All deliveries
            </Link>
          </EmptyState>
        )}
      </div>
    </Page>
  );

  function answer() {
    if (!chosen) return 'Choose two deliveries of one month to see what differs.';
    if (diff.error !== null && diff.data === undefined) return 'The two deliveries could not be compared.';
    if (diff.data === undefined) return <AnswerPending />;
    return <CompareAnswer diff={diff.data} />;
  }
}
