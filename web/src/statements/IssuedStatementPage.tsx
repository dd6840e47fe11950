import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  getIssuedStatement,
  getIssuedStatementCsv,
  getIssuedStatementHtml,
  type IssuedStatement,
} from '../../../src/finops/statements/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { endpointQuery } from '../client.ts';
import { formatMonth } from '../format/time.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { describeReadError } from '../parts/read-error.ts';
import type { Cost } from './amounts.ts';
import { PaperLinks } from './PaperLinks.tsx';
import { StatementAnswer } from './StatementAnswer.tsx';
import { StatementBody } from './StatementBody.tsx';
import styles from './statements.module.css';

const HEIGHT = 560;

interface IssuedStatementPageProps {
  readonly number: number;
  readonly cost: Cost;
  readonly onCost: (cost: Cost) => void;
}

/** An issued statement as it was at the time of its issue. */
export function IssuedStatementPage({ number, cost, onCost }: IssuedStatementPageProps) {
  const params = { number };
  const statement = useQuery(endpointQuery(getIssuedStatement, { params }));
  const answer = () => {
    if (statement.data !== undefined) return <StatementAnswer facts={statement.data.facts} cost={cost} />;
    return statement.error === null ? <AnswerPending /> : describeReadError(statement.error, 'This statement');
  };
  return (
    <Page title={`Statement no. ${number}`} answer={answer()}>
      <div className={styles.stack}>
        <div className={styles.bar}>
          <Link
            from="/statements"
            to="/statements"
            search={(before) => ({ ...before, number: undefined })}
            className={parts.button}
          >
            ← Current statements
          </Link>
          <PaperLinks
            title={`Statement no. ${number}`}
            html={buildUrl(getIssuedStatementHtml, { params })}
            csv={buildUrl(getIssuedStatementCsv, { params })}
            name={`statement-${number}`}
          />
        </div>
        <Loaded query={statement} what="The statement" height={HEIGHT}>
          {({ issued, facts }) => (
            <>
              <Final issued={issued} />
              <StatementBody facts={facts} cost={cost} onCost={onCost} />
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );
}

function Final({ issued }: { readonly issued: IssuedStatement }) {
  return (
    <Notice>
      Issued <Instant at={issued.issuedAt} /> by {issued.issuedBy}
      {issued.corrects !== null && `, in place of no. ${issued.corrects}`}
      {issued.why !== null && `: “${issued.why}”`}. It is final: these are the figures of {formatMonth(issued.period)}{' '}
      at that time.
    </Notice>
  );
}
