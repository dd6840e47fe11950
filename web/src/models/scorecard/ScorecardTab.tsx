import { Link } from '@tanstack/react-router';
import type { ModelScorecard } from '../../../../src/tradeoff/scorecards/schema.ts';
import { HealthMark } from '../../health/HealthMark.tsx';
import { useModelHealth } from '../../health/use-production-health.ts';
import { Card } from '../../parts/Card.tsx';
import { Instant } from '../../parts/Instant.tsx';
import { Loaded } from '../../parts/Loaded.tsx';
import parts from '../../parts/parts.module.css';
import { VerdictMark } from '../../parts/VerdictMark.tsx';
import { MeasureTile } from './MeasureTile.tsx';
import styles from './scorecard.module.css';
import { useScorecard } from './use-scorecards.ts';
import { type MeasureName, rangeText } from './words.ts';

const NAMES: readonly MeasureName[] = ['cost', 'gpu', 'roi', 'quality', 'latency', 'drift'];
const HEIGHT = 420;

/** The six measures of a model in the date range, its health in production and its last decision. */
export function ScorecardTab({ model }: { readonly model: string }) {
  const query = useScorecard(model);
  const range = query.data === undefined ? '' : `${rangeText(query.data.range)}, UTC`;
  return (
    <Card title="Scorecard" note={`${range === '' ? 'Loading' : range}; changes against as many days before`}>
      <Health model={model} />
      <Loaded query={query} what={`The scorecard of ${model}`} height={HEIGHT}>
        {({ scorecard }) => (
          <>
            <div className={styles.tiles}>
              {NAMES.map((name) => (
                <MeasureTile key={name} name={name} scorecard={scorecard} />
              ))}
            </div>
            <About scorecard={scorecard} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Health({ model }: { readonly model: string }) {
  const { data: health, isError } = useModelHealth(model);
  return (
    <p className={styles.health}>
      <span className={styles.label}>Production</span>{' '}
      {isError ? (
        'The health could not be read.'
      ) : health === undefined ? (
        '…'
      ) : health === null ? (
        'Not served and not monitored.'
      ) : (
        <>
          <HealthMark status={health.status} reasons={health.reasons} /> {health.reasons[0]}
        </>
      )}
    </p>
  );
}

function About({ scorecard: { team, aliases, versions, lastDecision } }: { readonly scorecard: ModelScorecard }) {
  return (
    <p className={styles.about}>
      <span>
        <span className={styles.label}>Team</span> {team ?? 'none'}
      </span>
      <span>
        <span className={styles.label}>Aliases</span>{' '}
        {aliases.map(({ alias, version }) => `@${alias} v${version}`).join(', ') || 'none'}
      </span>
      <span>
        <span className={styles.label}>Versions</span> {versions}
      </span>
      <span>
        <span className={styles.label}>Last decision</span>{' '}
        {lastDecision === null ? (
          'none'
        ) : (
          <Link to="/decisions/$decision" params={{ decision: lastDecision.decision }} className={parts.textLink}>
            <VerdictMark verdict={lastDecision.verdict} /> v{lastDecision.version},{' '}
            <Instant at={lastDecision.at} dayOnly />
          </Link>
        )}
      </span>
    </p>
  );
}
