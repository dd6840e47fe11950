import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { ApprovalsList } from './ApprovalsList.tsx';
import { approvalState, requiredText, whyNotApprover } from './approval-state.ts';
import { StatementDialog } from './StatementDialog.tsx';
import { useApprovals } from './use-approvals.ts';

const HEIGHT = 96;
const STATES = {
  waiting: 'Waiting for approval.',
  complete: 'All approvals are given. Evaluate again to record a decision and act on it.',
  declined: 'Declined. Evaluate again to record the rejection.',
} as const;

/** Approvals that the policy of a decision requires, with their accounts, and the buttons to approve or decline. */
export function ApprovalCard({ decision }: { readonly decision: DecisionDetail }) {
  const { model, version, verdict, isInForce } = decision;
  const { approvals, session, state, withdraw, evaluate } = useApprovals(decision);
  const [asked, setAsked] = useState<'approve' | 'decline' | null>(null);
  const navigate = useNavigate();
  const required = approvals.data?.required ?? [];
  const given = approvals.data?.approvals ?? [];
  const now = approvalState(required, given);
  const why = whyNotApprover(required, session.data === undefined ? undefined : session.data.role);
  const own = given.find(({ account }) => account === session.data?.name);
  const hasApproved = own !== undefined && own.declined !== true;
  const busy = state.isPending || withdraw.isPending || evaluate.isPending;
  const failed = state.error ?? withdraw.error ?? evaluate.error;
  const again = () =>
    evaluate.mutate(undefined, {
      onSuccess: ({ decision: made }) => {
        if (made !== null) void navigate({ to: '/decisions/$decision', params: { decision: made } });
      },
    });
  return (
    <Card
      title="Approval"
      note={required.length === 0 ? undefined : `Required: ${requiredText(required)}.`}
      actions={
        <>
          {own !== undefined && (
            <button type="button" className={parts.button} disabled={busy} onClick={() => withdraw.mutate()}>
              Withdraw
            </button>
          )}
          <button
            type="button"
            className={parts.button}
            disabled={busy || why !== null}
            data-tip={why ?? undefined}
            onClick={() => setAsked('decline')}
          >
            Decline…
          </button>
          <button
            type="button"
            className={`${parts.button} ${parts.primary}`}
            disabled={busy || why !== null || hasApproved}
            data-tip={why ?? undefined}
            onClick={() => setAsked('approve')}
          >
            Approve…
          </button>
        </>
      }
    >
      <Loaded query={approvals} what="The approvals" height={HEIGHT}>
        {() => (
          <>
            {failed !== null && <Notice kind="alert">{failed.message}</Notice>}
            <Notice
              kind="status"
              actions={
                now !== 'waiting' &&
                isInForce &&
                verdict === 'hold' && (
                  <button type="button" className={parts.button} disabled={busy} onClick={again}>
                    {evaluate.isPending ? 'Evaluating…' : 'Evaluate again'}
                  </button>
                )
              }
            >
              {verdict === 'hold' || now !== 'complete' ? STATES[now] : 'All approvals are given.'}
              {why !== null && session.data !== undefined && ` ${why}`}
            </Notice>
            <ApprovalsList approvals={given} />
          </>
        )}
      </Loaded>
      {asked !== null && (
        <StatementDialog
          act={asked}
          what={`${model} version ${version}`}
          state={state}
          onClose={() => setAsked(null)}
        />
      )}
    </Card>
  );
}
