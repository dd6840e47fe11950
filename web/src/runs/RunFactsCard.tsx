import { Link } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import type { RunFacts } from '../../../src/mlops/run-views/views/schema.ts';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import { Card } from '../parts/Card.tsx';
import { CopyButton } from '../parts/CopyButton.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { TagValue } from '../parts/TagValue.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { CostFigure } from './CostFigure.tsx';
import { CostLegend } from './CostLegend.tsx';
import { formatDuration } from './duration.ts';
import { NestedRuns, PARENT_TAG } from './NestedRuns.tsx';
import { RunLink } from './RunLink.tsx';
import { RunName } from './RunName.tsx';
import { durationMs, soFarMs } from './run-columns.ts';
import { StatusMark } from './StatusMark.tsx';
import type { EditedRun } from './use-edit-run.ts';

interface RunFactsCardProps {
  readonly run: Run;
  readonly facts: RunFacts | undefined;
  readonly editing: EditedRun;
  /** Time of the data, in Unix milliseconds. */
  readonly asOfMs: number;
}

const NOT_SAID = 'The client did not report it.';

/** Origin and cost of the run. */
export function RunFactsCard({ run, facts, editing, asOfMs }: RunFactsCardProps) {
  const commit = run.tags['mlflow.source.git.commit'];
  const parent = run.tags[PARENT_TAG];
  const tag = (key: string): ReactNode =>
    run.tags[key] === undefined || run.tags[key] === '' ? <Unknown reason={NOT_SAID} /> : run.tags[key];
  const subject = Object.entries(run.subject).map(([field, value]) => [`steelyard.${field}`, value] as const);
  return (
    <Card title="Origin and cost" actions={<CostLegend />}>
      <Facts
        facts={[
          ['Name', <RunName key="name" run={run} editing={editing} />],
          [
            'Experiment',
            <Link
              key="link"
              to="/experiments/$experimentId"
              params={{ experimentId: run.experimentId }}
              className={parts.textLink}
            >
              {run.experimentName}
            </Link>,
          ],
          ['Status', <StatusMark key="status" status={run.status} />],
          ['Started', <Instant key="start" at={run.startTime} />],
          ['Duration', <Took key="took" run={run} asOfMs={asOfMs} />],
          ['User', facts?.user ?? <Unknown key="user" reason={NOT_SAID} />],
          [
            'Git commit',
            commit === undefined ? (
              <Unknown key="commit" reason={NOT_SAID} />
            ) : (
              <span key="commit">
                <code data-tip={commit}>{commit.slice(0, 10)}</code> <CopyButton text={commit} what="the Git commit" />
              </span>
            ),
          ],
          ['Source', tag('mlflow.source.name')],
          [
            'Subject',
            subject.length === 0 ? (
              <Unknown key="subject" reason="No subject tag such as steelyard.team." />
            ) : (
              subject.map(([name], index) => (
                <Fragment key={name}>
                  {index > 0 && ', '}
                  {name.slice('steelyard.'.length)} <TagValue name={name} tags={Object.fromEntries(subject)} />
                </Fragment>
              ))
            ),
          ],
          ['Cost', <CostFigure key="cost" total={run.cost.total} />],
          ...(parent === undefined ? [] : [['Nested in', <RunLink key="parent" runId={parent} />] as const]),
          ['Nested runs', <NestedRuns key="nested" run={run} />],
          ['Run id', <Copied key="id" text={run.runId} what="the run id" />],
          ...(facts === undefined
            ? []
            : [['Artifacts', <Copied key="uri" text={facts.artifactUri} what="the artifact URI" />] as const]),
        ]}
      />
    </Card>
  );
}

function Copied({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <>
      <code>{text}</code> <CopyButton text={text} what={what} />
    </>
  );
}

function Took({ run, asOfMs }: { readonly run: Run; readonly asOfMs: number }) {
  const duration = durationMs(run);
  const soFar = soFarMs(run, asOfMs);
  if (duration !== null) return formatDuration(duration);
  return soFar === null ? <Unknown reason="It has not ended." /> : `${formatDuration(soFar)} so far`;
}
