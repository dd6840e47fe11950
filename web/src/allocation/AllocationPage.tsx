import { counted } from '../format/number.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { AllocationAnswer } from './AllocationAnswer.tsx';
import { AllocationTabs } from './AllocationTabs.tsx';
import styles from './allocation.module.css';
import { ComparedAnswer } from './ComparedAnswer.tsx';
import { TeamRuleNotice } from './TeamRuleNotice.tsx';
import { type Allocation, useAllocation } from './use-allocation.ts';
import { type ComparedAllocation, useComparedAllocation } from './use-compared-allocation.ts';
import { useDraft } from './use-draft.ts';

/** Allocation: coverage of the bill, rules in force, and unallocated cost. */
export function AllocationPage() {
  const allocation = useAllocation();
  const compared = useComparedAllocation(allocation);
  const draft = useDraft();
  const { scope, rules, hits, coverage } = allocation;
  const unknown = (coverage.data?.rows ?? []).reduce((sum, row) => sum + row.rowsWithoutMetric, 0);
  const failed = [rules, hits, coverage].find((query) => query.error !== null && query.data === undefined);
  return (
    <Page
      title="Allocation"
      answer={renderAllocationAnswer(allocation, compared, failed?.error ?? null)}
      longAnswer={!scope.empty}
    >
      <div className={styles.stack}>
        {failed !== undefined && (
          <ErrorState error={failed.error} what="The allocation" onRetry={() => void failed.refetch()} />
        )}
        {scope.empty && (
          <EmptyState
            shows="How much of the bill has a team, by which rule, and the unallocated rest."
            why="No bill has been imported yet, so there is nothing to allocate. Rules can be written before."
            command="steelyard bill import bills/ --source aws"
          />
        )}
        {unknown > 0 && (
          <Notice>
            <strong>Not in the figures:</strong> {counted(unknown, 'row')} without an effective cost: unknown, not zero.
          </Notice>
        )}
        <TeamRuleNotice ask={!scope.empty && coverage.data !== undefined} />
        <AllocationTabs allocation={allocation} compared={compared} draft={draft} />
      </div>
    </Page>
  );
}

function renderAllocationAnswer(allocation: Allocation, compared: ComparedAllocation, error: Error | null) {
  if (allocation.scope.empty) return 'No bill has been imported yet, so nothing is allocated.';
  if (error !== null) return describeReadError(error, 'The allocation');
  if (allocation.parts === undefined) return <AnswerPending />;
  return (
    <>
      <AllocationAnswer allocation={allocation} parts={allocation.parts} />
      <ComparedAnswer compared={compared} currency={allocation.currency} />
    </>
  );
}
