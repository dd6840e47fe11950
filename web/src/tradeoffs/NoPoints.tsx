import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';

const SHOWS = 'Every version by its cost at demand and its quality, with intervals.';

/** Why there is no point, and the command that supplies the missing evidence. */
export function NoPoints({ frontier: { qualityAxis, leftOut } }: { readonly frontier: ModelFrontier }) {
  const lacksCost = leftOut.some(({ missing }) => missing === 'cost');
  return (
    <Card title="Cost against quality">
      {qualityAxis === null ? (
        <EmptyState
          shows={SHOWS}
          why="No version has an evaluation yet. Import the outcome of every example that the run of a version was evaluated on."
          command="steelyard evaluation import outcomes.csv --run RUN --id example_id --correct correct"
        />
      ) : (
        <EmptyState
          shows={SHOWS}
          why={
            lacksCost
              ? 'No version with an evaluation has a cost at demand. Record a benchmark of each version: usage that counts predictions and names no endpoint.'
              : 'No version has both a cost and a quality that can be compared; the reasons are below.'
          }
          {...(lacksCost ? { command: 'steelyard usage record -f usage.json' } : {})}
        />
      )}
    </Card>
  );
}
