import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { describeReadError } from '../parts/read-error.ts';
import { Skeleton } from '../parts/Skeleton.tsx';
import { RunAnswer } from './RunAnswer.tsx';
import { RunBody } from './RunBody.tsx';
import type { RunSearch } from './runs-search.ts';
import { useRun } from './use-run.ts';

const FACTS_HEIGHT = 320;
const REST_HEIGHT = 600;

/** One run: its result, its resources, and its outputs. */
export function RunPage() {
  const { runId } = useParams({ from: '/runs/$runId' });
  const search = useSearch({ from: '/runs/$runId' });
  const navigate = useNavigate({ from: '/runs/$runId' });
  const queries = useRun(runId, search);
  const { run } = queries;
  const change = (changes: Partial<RunSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), resetScroll: false });
  return (
    <Page
      shortAnswer
      title={run.data === undefined ? 'Run' : `Run ${run.data.runName}`}
      answer={
        run.isError ? (
          describeReadError(run.error, 'The run')
        ) : run.data === undefined ? (
          <AnswerPending />
        ) : (
          <RunAnswer run={run.data} asOfMs={run.dataUpdatedAt} />
        )
      }
    >
      {queries.settled ? (
        <Loaded query={run} what="The run" height={FACTS_HEIGHT}>
          {(data) => <RunBody run={data} queries={queries} search={search} onChange={change} />}
        </Loaded>
      ) : (
        <div className={layout.stack} aria-busy="true">
          <Skeleton height={FACTS_HEIGHT} />
          <Skeleton height={REST_HEIGHT} />
        </div>
      )}
    </Page>
  );
}
