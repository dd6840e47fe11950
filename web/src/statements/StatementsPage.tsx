import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMonthScope } from '../frame/use-scope.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Page } from '../parts/Page.tsx';
import type { Cost } from './amounts.ts';
import { IssuedStatementPage } from './IssuedStatementPage.tsx';
import { MonthPage } from './MonthPage.tsx';
import { TeamPage } from './TeamPage.tsx';

/** Statements of a month: the cost of each team. */
export function StatementsPage() {
  const scope = useMonthScope();
  const search = useSearch({ from: '/statements' });
  const navigate = useNavigate({ from: '/statements' });
  const cost: Cost = search.cost ?? 'effective';
  const choose = (value: Cost) =>
    void navigate({
      search: (before) => ({ ...before, cost: value === 'billed' ? 'billed' : undefined }),
      resetScroll: false,
    });
  if (scope.empty) {
    return (
      <Page title="Statements" answer="No bill has been imported yet, so there are no statements.">
        <EmptyState
          shows="The monthly cost of every team: current showback, and issued statements."
          why="No bill has been imported yet. Statements need a bill and allocation rules."
          command="steelyard bill import bills/ --source aws"
        />
      </Page>
    );
  }
  if (search.number !== undefined) {
    return <IssuedStatementPage number={search.number} cost={cost} onCost={choose} />;
  }
  const period = scope.month ?? scope.months.at(-1);
  if (!scope.ready || period === undefined) {
    return (
      <Page title="Statements" answer={<AnswerPending />}>
        {null}
      </Page>
    );
  }
  const team = search.of === 'unallocated' ? null : scope.team;
  if (team === undefined) return <MonthPage period={period} cost={cost} onCost={choose} />;
  return <TeamPage team={team} period={period} cost={cost} onCost={choose} />;
}
