import { EmptyState } from '../parts/EmptyState.tsx';

const COMMAND =
  'steelyard optimization propose smaller --endpoint ENDPOINT --version VERSION --metric accuracy --margin 0.01';

/** Explains optimizations, with the command that proposes one. */
export function NoOptimizations() {
  return (
    <EmptyState
      shows="Every change that saves money, with its share of the traffic, its proof and its metered saving."
      why="No change has been proposed yet. Name an endpoint, a cheaper version and the largest accepted loss of quality."
      command={COMMAND}
    />
  );
}
