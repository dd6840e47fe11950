import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Run } from '../../../src/mlops/tracking/schema.ts';
import type { RunFacts } from '../../../src/mlops/tracking/views/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { CostFigure } from './CostFigure.tsx';
import { CostLegend } from './CostLegend.tsx';
import { formatDuration } from './duration.ts';
import { durationMs } from './run-columns.ts';
import { StatusMark } from './StatusMark.tsx';

interface RunFactsCardProps {
  readonly run: Run;
  readonly facts: RunFacts | undefined;
}

const NOT_SAID = 'The client did not say.';

/** Where the run came from, what it held and what it cost. */
export function RunFactsCard({ run, facts }: RunFactsCardProps) {
  const duration = durationMs(run);
  const tag = (key: string): ReactNode =>
    run.tags[key] === undefined || run.tags[key] === '' ? <Unknown reason={NOT_SAID} /> : run.tags[key];
  const commit = run.tags['mlflow.source.git.commit'];
  const subject = Object.entries(run.subject).map(([field, value]) => `${field} ${value}`);
  return (
    <Card title="Where does it come from, and what did it take?" actions={<CostLegend />}>
      <Facts
        facts={[
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
          [
            'Duration',
            duration === null ? <Unknown key="none" reason="It has not ended." /> : formatDuration(duration),
          ],
          ['User', facts?.user ?? <Unknown key="user" reason={NOT_SAID} />],
          [
            'Git commit',
            commit === undefined ? (
              <Unknown key="commit" reason={NOT_SAID} />
            ) : (
              <code key="commit" data-tip={commit}>
                {commit.slice(0, 10)}
              </code>
            ),
          ],
          ['Source', tag('mlflow.source.name')],
          [
            'About',
            subject.length === 0 ? (
              <Unknown key="subject" reason="It has no tag steelyard.team or the like." />
            ) : (
              subject.join(', ')
            ),
          ],
          ['Cost', <CostFigure key="cost" total={run.cost.total} />],
          ...tookFacts(run.cost),
          ['Run id', <code key="id">{run.runId}</code>],
        ]}
      />
    </Card>
  );
}

/** What the run held, as far as it is known. */
function tookFacts({ gpuHours, energy, hardware, asOf }: Run['cost']): [string, ReactNode][] {
  return [
    [
      'Hardware',
      hardware.length === 0 ? (
        <Unknown key="hardware" reason="No usage interval names this run." />
      ) : (
        hardware
          .map(({ resource, quantity, hours }) => `${formatMeasure(quantity)} × ${resource}, ${formatMeasure(hours)} h`)
          .join('; ')
      ),
    ],
    [
      'GPU-hours',
      gpuHours.hours === null ? (
        <Unknown key="gpu" reason={gpuHours.reason ?? 'Not known.'} />
      ) : (
        formatMeasure(gpuHours.hours)
      ),
    ],
    [
      'GPU energy',
      energy.kilowattHours === null ? (
        <Unknown key="energy" reason={energy.reason ?? 'Not measured.'} />
      ) : (
        `${formatMeasure(energy.kilowattHours)} kWh`
      ),
    ],
    [
      'Costs as of',
      asOf === null ? <Unknown key="asof" reason="Nothing is known of its usage." /> : <Instant key="asof" at={asOf} />,
    ],
  ];
}
