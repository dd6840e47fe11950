import { AnswerPending } from '../parts/AnswerPending.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { CostRows } from './CostRows.tsx';
import { CostSummary } from './CostSummary.tsx';
import { CostsAnswer } from './CostsAnswer.tsx';
import { CostsControls } from './CostsControls.tsx';
import { CompareAnswer } from './compare/CompareAnswer.tsx';
import { CompareView } from './compare/CompareView.tsx';
import { type ExplanationInView, useExplanation } from './compare/use-explanation.ts';
import { type Costs, useCosts } from './use-costs.ts';
import { ViewStrip } from './views/ViewStrip.tsx';

/** Costs by dimension, team and period. */
export function CostsPage() {
  const costs = useCosts();
  const explanation = useExplanation(costs);
  const compares = costs.period.isCompared;
  return (
    <Page title="Costs" answer={renderCostsAnswer(costs, explanation)}>
      {costs.scope.empty ? (
        <EmptyState
          shows="Every charge of your clouds: by team, model, service, tag or any other column, by day, down to the bill row."
          why="No bill has been imported yet. Exports in the FOCUS format (CSV, CSV.gz, Parquet) are read as they are."
          command="steelyard bill import bills/ --source aws"
        />
      ) : (
        <>
          <ViewStrip search={costs.search} />
          <CostsControls costs={costs} />
          {costs.summary.isError ? (
            <ErrorState error={costs.summary.error} what="The costs" onRetry={() => void costs.summary.refetch()} />
          ) : costs.search.view === 'rows' ? (
            <CostRows costs={costs} />
          ) : (
            <CostSummary
              costs={costs}
              replacesTable={compares && !explanation.query.isError}
              change={compares && <CompareView costs={costs} explanation={explanation} />}
            />
          )}
        </>
      )}
    </Page>
  );
}

function renderCostsAnswer(costs: Costs, explanation: ExplanationInView) {
  if (costs.scope.empty) return 'No bill has been imported yet.';
  if (costs.summary.isError) return describeReadError(costs.summary.error, 'The costs');
  const { query } = explanation;
  const compares = costs.period.isCompared && costs.search.view !== 'rows' && !query.isError;
  if (compares) {
    return query.data === undefined ? <AnswerPending /> : <CompareAnswer costs={costs} explanation={explanation} />;
  }
  // Both parts of the sentence together: a second part that came later would move the rest of the page.
  const isPending = costs.summary.data === undefined || costs.monthToDate.isLoading;
  return isPending ? <AnswerPending /> : <CostsAnswer costs={costs} />;
}
