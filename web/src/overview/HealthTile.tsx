import { Link } from '@tanstack/react-router';
import { counted } from '../format/number.ts';
import { useScope } from '../frame/use-scope.ts';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { Figure } from './Figure.tsx';
import { HEALTH_WORDS } from './health-facts.ts';
import { Tile } from './Tile.tsx';
import { tileScope } from './tile-scope.ts';
import styles from './tiles.module.css';
import { useHealth } from './use-health.ts';

const HEIGHT = 160;

interface HealthTileProps {
  /** False until the first tiles are loaded, so that this request does not delay them. */
  readonly ask: boolean;
}

/** Whether production is healthy: endpoints, and open alerts with whether the running version still has them. */
export function HealthTile({ ask }: HealthTileProps) {
  const scope = useScope();
  const health = useHealth(ask, scope.team);
  const facts = health.data;
  return (
    <Tile
      title="Production health"
      to="/monitoring"
      status={facts === undefined ? undefined : HEALTH_WORDS[facts.status]}
      scope={tileScope(scope, { range: false, team: health.followsTeam })}
      action={
        facts?.gravest === undefined ? (
          <Link to="/endpoints" className={parts.button}>
            Open the endpoints
          </Link>
        ) : (
          <Link to="/monitoring/$monitor" params={{ monitor: facts.gravest.monitor }} className={parts.button}>
            Open {facts.gravest.monitor}
          </Link>
        )
      }
    >
      <Loaded query={health} what="The health" height={HEIGHT}>
        {({ endpoints, healthy, alerts, onRunning, headline }) => (
          <>
            <div className={styles.figures}>
              <Figure label="Endpoints healthy" note={`of ${counted(endpoints, 'endpoint')}`}>
                {healthy}
              </Figure>
              <Figure
                label="Open alerts"
                note={onRunning === null || alerts === 0 ? undefined : `${onRunning} on the running version`}
              >
                {alerts}
              </Figure>
            </div>
            <p className={styles.text} data-testid="health">
              {headline}
            </p>
          </>
        )}
      </Loaded>
    </Tile>
  );
}
