import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  createToken,
  listAccounts,
  listTokens,
  removeAccount,
  revokeToken,
  type TokenScopes,
} from '../../../src/platform/auth/schema.ts';
import { call, endpointQuery } from '../client.ts';

export const tokensQuery = endpointQuery(listTokens);
export const accountsQuery = endpointQuery(listAccounts);

export interface NewToken {
  readonly label: string;
  /** null: no expiry. */
  readonly expiresInDays: number | null;
  /** null: all scopes of the role. */
  readonly scopes: TokenScopes | null;
}

/** Creates and revokes tokens, and deletes accounts; refetches the lists. */
export function useTokenChanges() {
  const queries = useQueryClient();
  const reload = () => queries.invalidateQueries({ queryKey: [listTokens.path] });
  const create = useMutation({
    mutationFn: ({ scopes, ...rest }: NewToken) =>
      call(createToken, { body: { ...rest, ...(scopes === null ? {} : { scopes }) } }),
    onSuccess: reload,
  });
  const revoke = useMutation({
    mutationFn: (id: string) => call(revokeToken, { params: { id } }),
    onSuccess: reload,
  });
  const deleteAccount = useMutation({
    mutationFn: (name: string) => call(removeAccount, { params: { name } }),
    onSuccess: async () => {
      await Promise.all([reload(), queries.invalidateQueries({ queryKey: [listAccounts.path] })]);
    },
  });
  return { create, revoke, deleteAccount };
}
