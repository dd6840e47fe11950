import { AnswerPending } from '../parts/AnswerPending.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Page } from '../parts/Page.tsx';
import { MantineScope } from '../theme/MantineScope.tsx';
import { CostRows } from './CostRows.tsx';
import { CostSummary } from './CostSummary.tsx';
import { CostsAnswer } from './CostsAnswer.tsx';
import { CostsControls } from './CostsControls.tsx';
import { type Costs, useCosts } from './use-costs.ts';

/** What do we spend, on what, and who? */
export function CostsPage() {
  const costs = useCosts();
  return (
    <MantineScope>
      <Page title="Costs" answer={answerOf(costs)}>
        {costs.scope.empty ? (
          <EmptyState
            shows="Every charge of your clouds: by team, model, service, tag or any other column, by day, down to the bill row."
            why="No bill has been imported yet. Exports in the FOCUS format (CSV, CSV.gz, Parquet) are read as they are."
            command="steelyard bill import bills/ --source aws"
          />
        ) : (
          <>
            <CostsControls costs={costs} />
            {costs.summary.isError ? (
              <ErrorState error={costs.summary.error} what="The costs" onRetry={() => void costs.summary.refetch()} />
            ) : costs.search.view === 'rows' ? (
              <CostRows costs={costs} />
            ) : (
              <CostSummary costs={costs} />
            )}
          </>
        )}
      </Page>
    </MantineScope>
  );
}

function answerOf(costs: Costs) {
  if (costs.scope.empty) return 'No bill has been imported yet.';
  if (costs.summary.isError) return 'The costs could not be read.';
  if (costs.summary.data === undefined) return <AnswerPending />;
  return <CostsAnswer costs={costs} />;
}
