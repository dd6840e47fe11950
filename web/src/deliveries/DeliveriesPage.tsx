import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listRestatements } from '../../../src/finops/billing/schema.ts';
import { TeamRuleNotice } from '../allocation/TeamRuleNotice.tsx';
import { endpointQuery } from '../client.ts';
import { rangeText } from '../frame/date-range.ts';
import { useNamedRange } from '../frame/use-scope.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import { DeliveriesAnswer } from './DeliveriesAnswer.tsx';
import { DeliveriesCard } from './DeliveriesCard.tsx';
import styles from './deliveries.module.css';
import { PeriodsCard } from './PeriodsCard.tsx';
import { RestatementsCard } from './RestatementsCard.tsx';
import { SourcesCard } from './SourcesCard.tsx';
import { useDeliveries } from './use-deliveries.ts';

const HEIGHT = 640;

/** Deliveries: arrival, standing, and changes. */
export function DeliveriesPage() {
  const { entries, complete, query } = useDeliveries();
  const range = useNamedRange();
  const restated = useQuery(endpointQuery(listRestatements, { query: {} }));
  const restatements = restated.data?.restatements;
  // Both appear together, because a card that appears later would move the content.
  const settled = !restated.isPending;
  return (
    <Page title="Bills" answer={answer()} longAnswer={entries === undefined || entries.length > 0}>
      <div className={styles.stack}>
        {restated.error !== null && (
          <ErrorState error={restated.error} what="The changes after closing" onRetry={() => void restated.refetch()} />
        )}
        <Loaded query={{ ...query, data: settled ? entries : undefined }} what="The deliveries" height={HEIGHT}>
          {(found) => (
            <>
              <TeamRuleNotice ask={found.length > 0} />
              {found.length === 0 ? (
                <NoDeliveries />
              ) : (
                <>
                  <UploadLink />
                  <PeriodsCard entries={found} restatements={restatements ?? []} />
                </>
              )}
              {found.length > 0 && <DeliveriesCard entries={found} complete={complete} />}
              {restatements !== undefined && restatements.length > 0 && (
                <RestatementsCard restatements={restatements} complete={restated.data?.nextPageToken === null} />
              )}
              <SourcesCard />
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );

  function answer() {
    if (query.error !== null && entries === undefined) return describeReadError(query.error, 'The deliveries');
    if (entries === undefined || restated.isPending) return <AnswerPending />;
    if (entries.length === 0 && range !== undefined) return `No bill of ${rangeText(range)} has been delivered.`;
    return <DeliveriesAnswer entries={entries} restatements={restatements} />;
  }
}

function UploadLink() {
  return (
    <Link to="/deliveries/upload" className={`${parts.button} ${parts.primary} ${styles.upload}`}>
      Upload a bill
    </Link>
  );
}

function NoDeliveries() {
  const range = useNamedRange();
  if (range !== undefined) {
    return (
      <EmptyState shows={`Deliveries of ${rangeText(range)}.`} why="No bill of these months has been delivered." />
    );
  }
  return (
    <EmptyState
      shows="Every delivered bill: its source, time, month, status and effect."
      why="No bill has been delivered yet. Exports of AWS, Azure, Google, Oracle and SaaS are read as they come."
      command="steelyard bill import bills/ --source aws"
    >
      <UploadLink />
    </EmptyState>
  );
}
