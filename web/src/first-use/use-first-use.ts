import { useQuery } from '@tanstack/react-query';
import { getFirstUse } from '../../../src/tradeoff/first-use/schema.ts';
import { endpointQuery } from '../client.ts';

const POLL_MS = 3_000;

/** State of the steps of the first use; `poll` while they are visible, so that a step ticks itself. */
export function useFirstUse({ poll }: { readonly poll: boolean }) {
  return useQuery({ ...endpointQuery(getFirstUse), refetchInterval: poll ? POLL_MS : false });
}
