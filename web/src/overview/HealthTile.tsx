import { Link } from '@tanstack/react-router';
import type { HealthStatus } from '../../../src/tradeoff/production-health/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { counted } from '../format/number.ts';
import { useScope } from '../frame/use-scope.ts';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { Figure } from './Figure.tsx';
import {
  countEndpoints,
  findGravest,
  HEALTH_WORDS,
  listServed,
  qualityText,
  sloText,
  standingText,
} from './health-facts.ts';
import { Tile } from './Tile.tsx';
import { TrendBars } from './TrendBars.tsx';
import { tileScope } from './tile-scope.ts';
import styles from './tiles.module.css';
import { listQualityBars } from './trends.ts';
import { useHealth } from './use-health.ts';

const HEIGHT = 160;
const LISTED = 1;

interface HealthTileProps {
  /** False until the first tiles are loaded, so that this request does not delay them. */
  readonly ask: boolean;
}

/** Whether production is healthy: endpoints, and open alerts with whether the running version still has them. */
export function HealthTile({ ask }: HealthTileProps) {
  const scope = useScope();
  const health = useHealth(ask, scope.team);
  const gravest = health.data && findGravest(health.data);
  return (
    <Tile
      title="Production health"
      to="/monitoring"
      status={health.data && HEALTH_WORDS[health.data.status]}
      scope={tileScope(scope, { range: false, team: true })}
      action={
        gravest === undefined ? (
          <Link to="/endpoints" className={parts.button}>
            Open the endpoints
          </Link>
        ) : gravest.monitor !== undefined ? (
          <Link to="/monitoring/$monitor" params={{ monitor: gravest.monitor }} className={parts.button}>
            Open monitor {gravest.monitor}
          </Link>
        ) : (
          <Link to="/endpoints/$endpoint" params={{ endpoint: gravest.endpoint }} className={parts.button}>
            Open endpoint {gravest.endpoint}
          </Link>
        )
      }
    >
      <Loaded query={health} what="The health" height={HEIGHT}>
        {(data) => (
          <>
            <div className={styles.figures}>
              <Figure label="Endpoints healthy" note={`of ${counted(countEndpoints(data), 'endpoint')}`}>
                {data.counts.endpoints.healthy}
              </Figure>
              <Figure label="Open alerts" note={standingText(data.counts.alerts)}>
                {data.counts.alerts.open}
              </Figure>
            </div>
            <p className={styles.text}>
              <span data-testid="health">{data.headline}</span> {sloText(data.counts.slos)}
            </p>
            <ul className={styles.lines}>
              {(hasProblem(data.status) ? [] : listServed(data, LISTED)).map(({ endpoint, served, requests }) => (
                <li key={endpoint}>
                  <Link to="/endpoints/$endpoint" params={{ endpoint }} className={parts.textLink}>
                    {served === '' ? endpoint : served}
                  </Link>
                  <span>{requests ?? 'no request in 24 h'}</span>
                </li>
              ))}
            </ul>
            {data.qualityTrend !== null && (
              <TrendBars
                title={`${data.qualityTrend.model}: ${formatMetricName(data.qualityTrend.metric)} by day`}
                figure={qualityText(data)}
                bars={listQualityBars(data.qualityTrend)}
                colour="quality"
              />
            )}
          </>
        )}
      </Loaded>
    </Tile>
  );
}

/** The sentence of a problem replaces the facts, so that the tile keeps its height. */
function hasProblem(status: HealthStatus): boolean {
  return status === 'degraded' || status === 'unhealthy';
}
