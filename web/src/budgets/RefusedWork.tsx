import { Link } from '@tanstack/react-router';
import type { BudgetRefusal } from '../../../src/finops/budgets/refusals/schema.ts';
import { subjectText } from '../allocation/rule-text.ts';
import table from '../table/table.module.css';

/** The run, pipeline run or program that requested money, with a link to it. */
export function RefusedWork({ refusal: { subject, reservation, origin } }: { readonly refusal: BudgetRefusal }) {
  const { run: runId, pipelineRun: _run, pipeline, step, ...others } = subject;
  const owner = Object.keys(others).length === 0 ? [] : [subjectText(others)];
  const more = [...(step === undefined ? [] : [`step ${step}`]), ...owner, origin];
  return (
    <>
      {pipeline !== undefined ? (
        <Link to="/pipelines/$pipeline" params={{ pipeline }}>
          {pipeline}
        </Link>
      ) : runId !== undefined ? (
        <Link to="/runs/$runId" params={{ runId }}>
          run {runId.slice(0, 8)}
        </Link>
      ) : (
        reservation
      )}
      <span className={table.subLine}>{more.join(' · ')}</span>
    </>
  );
}
