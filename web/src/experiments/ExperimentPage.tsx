import { useState } from 'react';
import { counted } from '../format/number.ts';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { ExperimentName } from './ExperimentName.tsx';
import { ExperimentNote } from './ExperimentNote.tsx';
import styles from './experiments.module.css';
import { GroupsCard } from './GroupsCard.tsx';
import { RunFilters } from './RunFilters.tsx';
import { RunsAnswer } from './RunsAnswer.tsx';
import { RunsCard } from './RunsCard.tsx';
import { useRuns } from './use-runs.ts';

/** The runs of one experiment with quality and cost. */
export function ExperimentPage() {
  const runs = useRuns();
  const { experiment, count, pages, rows } = runs;
  const [noteOpen, setNoteOpen] = useState(false);
  const name = experiment.data?.name ?? 'Experiment';
  const arrived = newRuns(count.data?.runs, rows?.length, pages.hasNextPage);
  return (
    <Page title={name} answer={<RunsAnswer runs={runs} />} shortAnswer>
      <ExperimentName experiment={experiment.data} noteOpen={noteOpen} onNote={setNoteOpen} />
      {experiment.isError ? (
        <ErrorState error={experiment.error} what="The experiment" onRetry={() => void experiment.refetch()} />
      ) : (
        <>
          {noteOpen && experiment.data !== undefined && (
            <div className={styles.above}>
              <ExperimentNote experiment={experiment.data} />
            </div>
          )}
          {experiment.data?.lifecycleStage === 'deleted' && (
            <div className={styles.above}>
              <Notice>This experiment is deleted. Restore it in the list of experiments to log into it again.</Notice>
            </div>
          )}
          <RunFilters runs={runs} />
          {arrived > 0 && (
            <div className={styles.above}>
              <Notice
                kind="status"
                actions={
                  <button type="button" className={parts.button} onClick={() => void pages.refetch()}>
                    Show {arrived === 1 ? 'it' : 'them'}
                  </button>
                }
              >
                {counted(arrived, 'new run')} since this table was read.
              </Notice>
            </div>
          )}
          {runs.search.group === undefined ? (
            <RunsCard runs={runs} />
          ) : (
            <GroupsCard runs={runs} by={runs.search.group} />
          )}
        </>
      )}
    </Page>
  );
}

/** Number of runs created since all pages were loaded; 0 while pages are left, because the number is unknown then. */
function newRuns(total: number | undefined, loaded: number | undefined, more: boolean): number {
  return total === undefined || loaded === undefined || more ? 0 : Math.max(0, total - loaded);
}
