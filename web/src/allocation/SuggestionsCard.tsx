import { useQuery } from '@tanstack/react-query';
import { getUnallocated } from '../../../src/finops/allocation/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Suggestions } from './Suggestions.tsx';
import type { Allocation } from './use-allocation.ts';
import type { Draft } from './use-draft.ts';

const HEIGHT = 240;

interface SuggestionsCardProps {
  readonly allocation: Allocation;
  readonly draft: Draft;
}

/** Suggested rules that would match most of the unallocated cost. */
export function SuggestionsCard({ allocation, draft }: SuggestionsCardProps) {
  const { scope, range } = allocation;
  const unallocated = useQuery({
    ...endpointQuery(getUnallocated, { query: { ...range, limit: 1 } }),
    enabled: scope.ready,
  });
  return (
    <Card
      title="Suggested rules for the unallocated cost"
      note="A suggestion is added to the draft of the rules; nothing changes until the draft is applied."
    >
      <Loaded query={unallocated} what="The suggestions" height={HEIGHT}>
        {({ suggestions }) =>
          suggestions.length === 0 ? (
            <EmptyState
              shows="Rules that would match most of the unallocated cost."
              why="No tag or dimension separates the unallocated cost."
            />
          ) : (
            <Suggestions suggestions={suggestions} allocation={allocation} draft={draft} />
          )
        }
      </Loaded>
    </Card>
  );
}
