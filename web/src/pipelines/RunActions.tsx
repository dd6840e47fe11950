import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { isOver, type PipelineRun } from '../../../src/mlops/pipelines/schema.ts';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import { ResumeDialog } from './ResumeDialog.tsx';
import { StopDialog } from './StopDialog.tsx';

/** Link to the history, and the actions on a run: stop it while it is active, resume it when it did not succeed. */
export function RunActions({ run }: { readonly run: PipelineRun }) {
  const [asked, setAsked] = useState<'stop' | 'resume' | null>(null);
  const close = () => setAsked(null);
  return (
    <div className={layout.bar}>
      <Link to="/pipelines/$pipeline" params={{ pipeline: run.pipeline }} className={parts.textLink}>
        All runs of {run.pipeline}
      </Link>
      {!isOver(run.state) && (
        <button
          type="button"
          className={parts.button}
          disabled={run.stopRequestedBy !== null}
          onClick={() => setAsked('stop')}
        >
          {run.stopRequestedBy === null ? 'Stop…' : 'Stopping…'}
        </button>
      )}
      {(run.state === 'failed' || run.state === 'stopped') && (
        <button type="button" className={`${parts.button} ${parts.primary}`} onClick={() => setAsked('resume')}>
          Resume…
        </button>
      )}
      {asked === 'stop' && <StopDialog run={run} onClose={close} />}
      {asked === 'resume' && <ResumeDialog run={run} onClose={close} />}
    </div>
  );
}
