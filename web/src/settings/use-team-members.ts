import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query';
import {
  listTeamMembers,
  removeTeamMember,
  setTeamMember,
  type TeamMember,
  type TeamRole,
} from '../../../src/org/schema.ts';
import { call, endpointQuery } from '../client.ts';

/** Members of each team; undefined until they are loaded. */
export function useTeamMembers(teams: readonly string[]): ReadonlyMap<string, readonly TeamMember[] | undefined> {
  const lists = useQueries({ queries: teams.map((team) => endpointQuery(listTeamMembers, { params: { team } })) });
  return new Map(teams.map((team, at) => [team, lists[at]?.data?.members]));
}

interface Membership {
  readonly team: string;
  readonly account: string;
  readonly role: TeamRole;
}

/** Adds and removes members of teams. */
export function useMemberChanges() {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: [listTeamMembers.path] });
  return {
    add: useMutation({
      mutationFn: ({ team, account, role }: Membership) =>
        call(setTeamMember, { params: { team, account }, body: { role } }),
      onSuccess: refresh,
    }),
    remove: useMutation({
      mutationFn: ({ team, account }: Membership) => call(removeTeamMember, { params: { team, account } }),
      onSuccess: refresh,
    }),
  };
}
