import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { approveVersion, checkGate, listApprovals, withdrawApproval } from '../../../src/tradeoff/gates/schema.ts';
import { useSession } from '../account/use-session.ts';
import { call, endpointQuery } from '../client.ts';

type Decided = Pick<DecisionDetail, 'model' | 'version' | 'policy'>;

export interface Statement {
  readonly decline: boolean;
  readonly note: string;
}

/** Approvals of the version of a decision, and the statements of this account. */
export function useApprovals({ model, version, policy }: Decided) {
  const queries = useQueryClient();
  const key = { model, version, policy };
  const refresh = { onSettled: () => void queries.invalidateQueries() };
  return {
    approvals: useQuery(endpointQuery(listApprovals, { query: key })),
    session: useSession(),
    state: useMutation({
      mutationFn: ({ decline, note }: Statement) =>
        call(approveVersion, { body: { ...key, decline, ...(note.trim() === '' ? {} : { note: note.trim() }) } }),
      ...refresh,
    }),
    withdraw: useMutation({ mutationFn: () => call(withdrawApproval, { body: key }), ...refresh }),
    /** Evaluates the version again and acts on the verdict. */
    evaluate: useMutation({ mutationFn: () => call(checkGate, { body: { ...key, dryRun: false } }), ...refresh }),
  };
}
export type Approvals = ReturnType<typeof useApprovals>;
