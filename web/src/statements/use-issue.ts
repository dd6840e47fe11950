import { useMutation, useQueryClient } from '@tanstack/react-query';
import { issueStatements } from '../../../src/finops/statements/schema.ts';
import { call } from '../client.ts';

export interface IssueInput {
  readonly period: string;
  readonly allowProvisional: boolean;
  readonly why: string;
}

/** Issues the statements of a month. Issued statements are final; only a correction changes them. */
export function useIssue(onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ period, allowProvisional, why }: IssueInput) => {
      const reason = why.trim();
      return call(issueStatements, { body: { period, allowProvisional, ...(reason === '' ? {} : { why: reason }) } });
    },
    onSuccess: async () => {
      await queries.invalidateQueries();
      onDone();
    },
  });
}
