import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { getStatement, getStatementCsv, getStatementHtml } from '../../../src/finops/statements/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { endpointQuery } from '../client.ts';
import { formatMonth } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import type { Cost } from './amounts.ts';
import { IssuedCard } from './IssuedCard.tsx';
import { PaperLinks } from './PaperLinks.tsx';
import { StatementAnswer } from './StatementAnswer.tsx';
import { StatementBody } from './StatementBody.tsx';
import styles from './statements.module.css';
import { teamName, teamParam } from './words.ts';

const HEIGHT = 560;

interface TeamPageProps {
  /** Null for unallocated cost. */
  readonly team: string | null;
  readonly period: string;
  readonly cost: Cost;
  readonly onCost: (cost: Cost) => void;
}

/** Current statement of one team for a month. */
export function TeamPage({ team, period, cost, onCost }: TeamPageProps) {
  const asked = { params: { team: teamParam(team) }, query: { period } };
  const statement = useQuery(endpointQuery(getStatement, asked));
  const answer = () => {
    if (statement.data !== undefined) return <StatementAnswer facts={statement.data} cost={cost} />;
    return statement.error === null ? <AnswerPending /> : describeReadError(statement.error, 'This statement');
  };
  return (
    <Page title={team === null ? 'Unallocated cost' : `Statement of ${teamName(team)}`} answer={answer()}>
      <div className={styles.stack}>
        <div className={styles.bar}>
          <Link
            from="/statements"
            to="/statements"
            search={(before) => ({ ...before, team: undefined, of: undefined })}
            className={parts.button}
          >
            ← All statements of {formatMonth(period)}
          </Link>
          <PaperLinks
            title={`Statement of ${teamName(team)}, ${formatMonth(period)}`}
            html={buildUrl(getStatementHtml, asked)}
            csv={buildUrl(getStatementCsv, asked)}
            name={`statement-${period}-${team ?? 'unallocated'}`}
          />
        </div>
        <Loaded query={statement} what="The statement" height={HEIGHT}>
          {(facts) => (
            <>
              <StatementBody facts={facts} cost={cost} onCost={onCost} />
              <IssuedCard period={period} team={team} cost={cost} />
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );
}
