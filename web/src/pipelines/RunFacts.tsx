import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PipelineRun } from '../../../src/mlops/pipelines/schema.ts';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { CostSoFar } from './CostSoFar.tsx';
import { ParamValue } from './ParamValue.tsx';
import { StateMark } from './StateMark.tsx';
import { Took } from './Took.tsx';
import { causeText, NO_COMMIT, NOT_BEGUN } from './words.ts';

const SHORT = 8;
const SHORT_COMMIT = 10;

/** Author, inputs and result of a run. */
export function RunFacts({ run, nowMs }: { readonly run: PipelineRun; readonly nowMs: number }) {
  const { commit, params, resumedFrom, pipeline } = run;
  const facts: (readonly [string, ReactNode])[] = [
    ['State', <StateMark key="state" state={run.state} />],
    ['Duration', <Took key="took" of={run} nowMs={nowMs} reason={NOT_BEGUN} />],
    ['Cost', <CostSoFar key="cost" run={run} />],
    [
      'Trigger',
      `${causeText(run.cause)}${run.cause.kind === 'manual' ? ` by ${run.requestedBy}` : `, ${run.requestedBy}`}`,
    ],
    ['Time', <Instant key="when" at={run.createdAt} />],
    [
      'Commit',
      commit === null ? (
        <Unknown key="commit" reason={NO_COMMIT} />
      ) : (
        <code key="commit" data-tip={commit}>
          {commit.slice(0, SHORT_COMMIT)}
        </code>
      ),
    ],
    [
      'MLflow run',
      <Link key="run" to="/runs/$runId" params={{ runId: run.mlflowRun }} className={parts.textLink}>
        {run.mlflowRun.slice(0, SHORT)}
      </Link>,
    ],
    ...(resumedFrom === null
      ? []
      : [
          [
            'Resumes',
            <Link
              key="from"
              to="/pipelines/$pipeline/runs/$run"
              params={{ pipeline, run: resumedFrom }}
              className={parts.textLink}
            >
              {resumedFrom.slice(0, SHORT)}
            </Link>,
          ] as const,
        ]),
    ...Object.entries(params).map(
      ([name, value]) => [`Param ${name}`, <ParamValue key={name} value={value} />] as const,
    ),
  ];
  return <Facts facts={facts} />;
}
