import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { listStatements } from '../../../src/finops/statements/schema.ts';
import { endpointQuery } from '../client.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { PartialNotice } from '../parts/PartialNotice.tsx';
import { describeReadError } from '../parts/read-error.ts';
import type { Cost } from './amounts.ts';
import { BasisFacts } from './BasisFacts.tsx';
import { IssueDialog } from './IssueDialog.tsx';
import { IssuedCard } from './IssuedCard.tsx';
import { LeftOut } from './LeftOut.tsx';
import { MonthAnswer } from './MonthAnswer.tsx';
import { ReportedCosts } from './ReportedCosts.tsx';
import styles from './statements.module.css';
import { TeamsCard } from './TeamsCard.tsx';

const HEIGHT = 480;

interface MonthPageProps {
  readonly period: string;
  readonly cost: Cost;
  readonly onCost: (cost: Cost) => void;
}

/** Every statement of a month, and that they add up to the bill. */
export function MonthPage({ period, cost, onCost }: MonthPageProps) {
  const statements = useQuery(endpointQuery(listStatements, { query: { period } }));
  const { ask } = useSearch({ from: '/statements' });
  const navigate = useNavigate({ from: '/statements' });
  const asking = (open: boolean) =>
    void navigate({
      search: (before) => ({ ...before, ask: open ? 'issue' : undefined }),
      resetScroll: false,
    });
  const answer = () => {
    if (statements.data !== undefined) return <MonthAnswer month={statements.data} cost={cost} />;
    return statements.error === null ? <AnswerPending /> : describeReadError(statements.error, 'The statements');
  };
  return (
    <Page title="Statements" answer={answer()}>
      <div className={styles.stack}>
        <Loaded query={statements} what="The statements" height={HEIGHT}>
          {(month) => (
            <>
              <PartialNotice partial={month.partial} />
              <TeamsCard month={month} cost={cost} onCost={onCost} onIssue={() => asking(true)} />
              <ReportedCosts reporting={month.reporting} cost={cost} />
              <LeftOut leftOut={month.leftOut} />
              <IssuedCard period={period} cost={cost} />
              <Card title="Basis">
                <BasisFacts basis={month} state={month.periodState} />
              </Card>
              {ask === 'issue' && <IssueDialog month={month} onClose={() => asking(false)} />}
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );
}
