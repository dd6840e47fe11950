import { EmptyState } from '../parts/EmptyState.tsx';
import { ClearFilter } from './ClearFilter.tsx';
import { pythonLines } from './python-lines.ts';
import type { Runs } from './use-runs.ts';

/** Reason why there is no run, and the way to create one. */
export function NoRuns({ runs }: { readonly runs: Runs }) {
  const shows = 'Every run, with its metrics, its params and its cost.';
  if (runs.filtered) {
    return (
      <EmptyState shows={shows} why="No run matches this filter.">
        <ClearFilter />
      </EmptyState>
    );
  }
  if (runs.search.view === 'deleted')
    return <EmptyState shows="Deleted runs." why="No run of this experiment is deleted." />;
  return (
    <EmptyState
      shows={shows}
      why="No run has been logged into this experiment yet. Three lines of Python do it:"
      command={pythonLines(window.location.origin, runs.experiment.data?.name)}
    />
  );
}
