import { useQuery } from '@tanstack/react-query';
import { listBudgets } from '../../../src/finops/budgets/schema.ts';
import { endpointQuery } from '../client.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { BudgetsTable } from './BudgetsTable.tsx';
import { answerText } from './words.ts';

const TABLE_HEIGHT = 280;
/** Running work draws on budgets all the time. */
const REFRESH_MS = 10_000;

/** Do we stay within what was given? */
export function BudgetsPage() {
  const budgets = useQuery({ ...endpointQuery(listBudgets), refetchInterval: REFRESH_MS });
  const answer = () => {
    if (budgets.data !== undefined) return answerText(budgets.data.budgets);
    return budgets.isError ? 'The budgets could not be read.' : <AnswerPending />;
  };
  return (
    <Page title="Budgets" answer={answer()}>
      <Card title="What is spent, reserved and left?" flush>
        <Loaded query={budgets} what="The budgets" height={TABLE_HEIGHT}>
          {(data) =>
            data.budgets.length > 0 ? (
              <BudgetsTable budgets={data.budgets} />
            ) : (
              <EmptyState
                shows="Every budget: what is spent of it, what running work has reserved, and where it would end."
                why="No budget has been applied yet."
                command="steelyard budget create everything --amount 1000USD"
              />
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}
