import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useRef } from 'react';
import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { Page } from '../parts/Page.tsx';
import { useNarrow } from '../parts/use-narrow.ts';
import { FailedSteps } from './FailedSteps.tsx';
import { OpenStep } from './OpenStep.tsx';
import styles from './pipelines.module.css';
import type { PipelineRunSearch } from './pipelines-search.ts';
import { RunActions } from './RunActions.tsx';
import { RunAnswer } from './RunAnswer.tsx';
import { RunFacts } from './RunFacts.tsx';
import { StepsCard } from './StepsCard.tsx';
import { useNow } from './use-now.ts';
import { isActive, usePipelineRun } from './use-pipelines.ts';

const HEIGHT = 420;

/** One pipeline run: progress or result, and the cost of each step. */
export function PipelineRunPage() {
  const { pipeline, run: asked } = useParams({ from: '/pipelines/$pipeline/runs/$run' });
  const run = usePipelineRun(pipeline, asked);
  const nowMs = useNow(isActive(run.data));
  const answer = () => {
    if (run.data !== undefined) return <RunAnswer run={run.data} nowMs={nowMs} />;
    return run.error === null ? <AnswerPending /> : run.error.message;
  };
  const number = run.data?.number ?? (asked.length < 10 ? asked : '…');
  return (
    <Page title={`${pipeline} #${number}`} answer={answer()} shortAnswer>
      <Loaded query={run} what="The run" height={HEIGHT}>
        {(data) => <Body run={data} nowMs={nowMs} />}
      </Loaded>
    </Page>
  );
}

function Body({ run, nowMs }: { readonly run: PipelineRun; readonly nowMs: number }) {
  const { step: open, view, attempt } = useSearch({ from: '/pipelines/$pipeline/runs/$run' });
  // A touch drag on the graph moves the graph, so the page could not be scrolled.
  const usual = useNarrow() ? 'table' : 'graph';
  const navigate = useNavigate({ from: '/pipelines/$pipeline/runs/$run' });
  const change = useCallback(
    (next: Partial<PipelineRunSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false, replace: true }),
    [navigate],
  );
  const onOpen = useCallback((step: string | undefined) => change({ step, attempt: undefined }), [change]);
  const opened = useBroughtIntoSight<HTMLDivElement>(open);
  return (
    <div className={layout.stack}>
      <RunActions run={run} />
      <FailedSteps steps={run.stepList} onOpen={onOpen} />
      <div className={layout.stack}>
        <StepsCard
          run={run}
          nowMs={nowMs}
          view={view ?? usual}
          open={open}
          onView={(next) => change({ view: next === usual ? undefined : next })}
          onOpen={onOpen}
        />
        <div ref={opened} className={styles.opened}>
          {open !== undefined && (
            <OpenStep
              run={run}
              nowMs={nowMs}
              open={open}
              attempt={attempt}
              onAttempt={(next) => change({ attempt: next })}
              onOpen={onOpen}
            />
          )}
        </div>
      </div>
      <Card title="Run details">
        <RunFacts run={run} nowMs={nowMs} />
      </Card>
    </div>
  );
}

/** Least visible height of the opened element, in pixels. */
const LEAST_SEEN_PX = 240;

/** Brings the beginning of an element into sight when `key` changes, if it is not; not when the page is first shown. */
function useBroughtIntoSight<E extends HTMLElement>(key: string | undefined) {
  const ref = useRef<E>(null);
  const before = useRef(key);
  useEffect(() => {
    const element = ref.current;
    if (before.current === key) return;
    before.current = key;
    if (element === null) return;
    const missing = element.getBoundingClientRect().top + LEAST_SEEN_PX - window.innerHeight;
    if (missing > 0) window.scrollBy({ top: missing });
  }, [key]);
  return ref;
}
