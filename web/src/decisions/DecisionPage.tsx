import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type DecisionDetail, getDecision } from '../../../src/tradeoff/decisions/schema.ts';
import { endpointQuery } from '../client.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { VerdictMark } from '../parts/VerdictMark.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import { ActionTaken } from './ActionTaken.tsx';
import { ApprovalCard } from './ApprovalCard.tsx';
import { Balance } from './Balance.tsx';
import { DecisionSummary } from './DecisionSummary.tsx';
import styles from './decisions.module.css';
import { EvidenceTable } from './EvidenceTable.tsx';
import { ProofCommands } from './ProofCommands.tsx';
import { ReplayFacts } from './ReplayFacts.tsx';
import { ReviewState } from './ReviewState.tsx';
import { refusedOn, verdictReason } from './verdict-reason.ts';

const VERDICT_TEXTS = { promote: 'promoted', hold: 'on hold', reject: 'rejected' } as const;
const PAGE_HEIGHT = 640;

/** One decision: verdict, checks and evidence. */
export function DecisionPage() {
  const { decision } = useParams({ from: '/decisions/$decision' });
  const query = useQuery(endpointQuery(getDecision, { params: { decision } }));
  const found = query.data;
  const title = found === undefined ? 'Decision' : `${found.model} version ${found.version}`;
  return (
    <Page title={title} answer={renderDecisionAnswer(found, query.error)}>
      <Loaded query={query} what="The decision" height={PAGE_HEIGHT}>
        {(detail) => (
          <div className={styles.stack}>
            {detail.checks.some(({ side }) => side === 'approval') && <ApprovalCard decision={detail} />}
            <Card title="Deciding figures">
              <DecisionSummary decision={detail} />
            </Card>
            <Card title="Since the decision" note="Judged again when evidence, prices or the policy change">
              <ReviewState decision={detail} />
            </Card>
            <Card title="Checks and verdict" note="Each weight is one check, with the number of its card.">
              <Balance decision={detail} />
            </Card>
            <Card title="Result">
              <ActionTaken decision={detail} />
            </Card>
            <Card title="Evidence" note="As measured at the time of the decision" flush>
              <EvidenceTable evidence={detail.evidence} />
            </Card>
            <Card title="Replay" note="The recorded policy on the recorded evidence gives the same verdict anywhere.">
              <ReplayFacts decision={detail} />
              <ProofCommands decision={detail} />
            </Card>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function renderDecisionAnswer(found: DecisionDetail | undefined, error: Error | null) {
  if (error !== null) return describeReadError(error, 'This decision');
  if (found === undefined) return <AnswerPending />;
  const where = refusedOn(found);
  return (
    <>
      <strong>
        <VersionLink model={found.model} version={found.version}>
          {found.model} version {found.version}
        </VersionLink>
      </strong>{' '}
      is <VerdictMark verdict={found.verdict} word={VERDICT_TEXTS[found.verdict]} />
      {where === null ? '' : ` ${where}`}: {verdictReason(found)}.
    </>
  );
}
