import { useQuery } from '@tanstack/react-query';
import { type AttentionItem, getAttention } from '../../../src/tradeoff/attention/schema.ts';
import { endpointQuery } from '../client.ts';
import type { EntryAddress } from './pages.ts';
import { useTeams } from './use-teams.ts';

const EVERY_MS = 60_000;

/** The things that need attention on the page of an entry; undefined while there are none, or they are unknown. */
export function useAttention(to: EntryAddress): AttentionItem | undefined {
  // After the first questions of the page, because the budgets read the whole bill, too.
  const enabled = useTeams() !== undefined;
  const { data } = useQuery({ ...endpointQuery(getAttention), enabled, refetchInterval: EVERY_MS });
  return data?.items.find(({ link, count }) => link === to && count !== null && count > 0);
}
