import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { listAnomalies } from '../../../src/finops/anomalies/schema.ts';
import { type LedgerForecast, type LedgerForecasts, listForecasts } from '../../../src/finops/forecasts/schema.ts';
import { listRecommendations } from '../../../src/tradeoff/recommendations/schema.ts';
import { anomaliesQuery } from '../anomalies/anomalies-search.ts';
import { anomaliesAnswer } from '../anomalies/words.ts';
import { endpointQuery } from '../client.ts';
import { formatAbout } from '../format/money.ts';
import { formatMonth } from '../format/time.ts';
import { useScope } from '../frame/use-scope.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { listAnswer } from '../recommendations/words.ts';
import { breachText } from './breach-text.ts';
import styles from './overview.module.css';
import { tileScope } from './tile-scope.ts';

const LINE = 44;

interface WatchCardProps {
  /** False until the page's headline is loaded, so that this request does not delay it. */
  readonly ask: boolean;
}

/** Forecast, anomalies and recommendations: one sentence each, with a link to its page. */
export function WatchCard({ ask }: WatchCardProps) {
  const scope = useScope();
  const { month, team } = scope;
  const ofTeam = team === undefined ? {} : { team };
  const forecasts = useQuery({ ...endpointQuery(listForecasts, { query: ofTeam }), enabled: ask });
  const anomalies = useQuery({
    ...endpointQuery(listAnomalies, { query: anomaliesQuery({ month, team }) }),
    enabled: ask,
  });
  const recommendations = useQuery({ ...endpointQuery(listRecommendations, { query: {} }), enabled: ask });
  return (
    <Card title="Needs attention" className="wide">
      <dl className={styles.watch}>
        <Line to="/forecasts" label="Forecasts" beyond={tileScope(scope, { period: false, team: true })}>
          <Loaded query={forecasts} what="The forecasts" height={LINE}>
            {(data) => forecastText(data, team)}
          </Loaded>
        </Line>
        <Line to="/anomalies" label="Anomalies">
          <Loaded query={anomalies} what="The anomalies" height={LINE}>
            {(data) => anomaliesAnswer(data, month)}
          </Loaded>
        </Line>
        <Line to="/recommendations" label="Recommendations" beyond={tileScope(scope, { period: false, team: false })}>
          <Loaded query={recommendations} what="The recommendations" height={LINE}>
            {(data) => listAnswer(data)}
          </Loaded>
        </Line>
      </dl>
    </Card>
  );
}

interface LineProps {
  readonly to: '/forecasts' | '/anomalies' | '/recommendations';
  readonly label: string;
  /** Scope of the tile that exceeds the scope of the page. */
  readonly beyond?: string | null;
  readonly children: ReactNode;
}

function Line({ to, label, beyond = null, children }: LineProps) {
  return (
    <div>
      <dt>
        <Link to={to}>{label}</Link>
      </dt>
      <dd>
        {children}
        {beyond !== null && <span className={styles.beyond}> ({beyond})</span>}
      </dd>
    </div>
  );
}

/** `November 2026: about $61,400 ($57,900 to $65,300). 1 of 3 budgets will probably be passed: …` */
function forecastText({ forecasts, standing, reason }: LedgerForecasts, team: string | undefined): string {
  const own = forecasts.filter(({ level, key }) =>
    team === undefined ? level === 'total' : level === 'team' && key === team,
  );
  const estimates = own.flatMap(({ forecast, currency }) =>
    forecast === null ? [] : estimateText(forecast, currency),
  );
  if (estimates.length === 0 || standing === null) return own[0]?.reason ?? reason ?? 'No forecast yet.';
  const total = `${formatMonth(standing.month)}: about ${estimates.join(' and ')}.`;
  const budgets = breachText(forecasts);
  return budgets === null ? total : `${total} ${budgets}`;
}

/** `$61,400 ($57,900 to $65,300)`. */
function estimateText({ mean, lo80, hi80 }: NonNullable<LedgerForecast['forecast']>, currency: string): string {
  const about = (amount: string) => formatAbout({ amount, currency });
  return `${about(mean)} (${about(lo80)} to ${about(hi80)})`;
}
