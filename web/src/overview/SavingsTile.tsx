import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  listRecommendations,
  type RecommendationList,
  type Saving,
} from '../../../src/tradeoff/recommendations/schema.ts';
import { endpointQuery } from '../client.ts';
import { AboutFigure } from '../forecasts/AboutFigure.tsx';
import { formatAbout } from '../format/money.ts';
import { counted } from '../format/number.ts';
import { formatInstant } from '../format/time.ts';
import { useScope } from '../frame/use-scope.ts';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { Figure } from './Figure.tsx';
import { Tile } from './Tile.tsx';
import { TrendBars } from './TrendBars.tsx';
import { tileScope } from './tile-scope.ts';
import styles from './tiles.module.css';
import { readMissed } from './trends.ts';

const HEIGHT = 160;
const LISTED = 2;

interface SavingsTileProps {
  /** False until the first tiles are loaded, so that this request does not delay them. */
  readonly ask: boolean;
}

/** Joint saving of the open recommendations a month, and the largest of them. */
export function SavingsTile({ ask }: SavingsTileProps) {
  const scope = useScope();
  const query = useQuery({ ...endpointQuery(listRecommendations, { query: {} }), enabled: ask });
  const top = query.data?.recommendations[0];
  return (
    <Tile
      title="Savings available"
      to="/recommendations"
      status={query.data === undefined ? undefined : savingsStatus(query.data)}
      scope={tileScope(scope, { range: false, team: false }, query.data?.partial !== undefined)}
      action={
        top === undefined ? (
          <Link to="/recommendations" className={parts.button}>
            Scan results
          </Link>
        ) : (
          <Link
            to="/recommendations/$recommendation"
            params={{ recommendation: top.recommendation }}
            className={parts.button}
          >
            Review the largest
          </Link>
        )
      }
    >
      <Loaded query={query} what="The savings" height={HEIGHT}>
        {(data) => <Savings list={data} />}
      </Loaded>
    </Tile>
  );
}

function savingsStatus({ recommendations, lookedAt }: RecommendationList) {
  if (recommendations.length > 0) return { tone: 'note' as const, word: `${recommendations.length} open` };
  return lookedAt === null
    ? { tone: 'none' as const, word: 'Not scanned' }
    : { tone: 'good' as const, word: 'None open' };
}

function Savings({ list }: { readonly list: RecommendationList }) {
  const { recommendations, totals, unknownSavings, lookedAt } = list;
  const missed = totals[0] === undefined ? null : readMissed(totals[0]);
  const saving = totals[0]?.saving;
  const monthly = saving?.monthly ?? null;
  return (
    <>
      <Figure label="Per month, total" note={saving === undefined || monthly === null ? undefined : noteText(saving)}>
        {monthly !== null ? (
          <span data-testid="savings">
            <AboutFigure money={monthly} />
          </span>
        ) : recommendations.length === 0 && lookedAt !== null ? (
          'None found'
        ) : (
          <Unknown reason={saving?.reason ?? 'No savings scan yet.'} />
        )}
      </Figure>
      {recommendations.length === 0 ? (
        <p className={styles.text}>
          {lookedAt === null
            ? 'No savings scan yet. The server scans every hour.'
            : `The last scan, ${formatInstant(lookedAt)}, found nothing to switch off.`}
        </p>
      ) : (
        <ul className={styles.lines}>
          {recommendations.slice(0, LISTED).map(({ recommendation, title, saving: alone }) => (
            <li key={recommendation}>
              <Link
                to="/recommendations/$recommendation"
                params={{ recommendation }}
                className={parts.textLink}
                data-testid="top-saving"
              >
                {title}
              </Link>
              <span>
                {alone.monthly === null ? <Unknown reason={alone.reason ?? ''} /> : formatAbout(alone.monthly)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {missed !== null && (
        <TrendBars
          title={`Missed by day, ${counted(missed.days, 'day')}`}
          figure={formatAbout(missed.sum)}
          bars={missed.bars}
          colour="cost"
        />
      )}
      {unknownSavings > 0 && (
        <p className={styles.text}>{counted(unknownSavings, 'more', 'more')} with an unknown saving.</p>
      )}
    </>
  );
}

/** `$4,130 to $5,256; they cost $28,032 now`. */
function noteText({ lower, upper, cost }: Saving): string {
  const interval = lower === null || upper === null ? [] : [`${formatAbout(lower)} to ${formatAbout(upper)}`];
  const whole = cost === null ? [] : [`they cost ${formatAbout(cost)} now`];
  return [...interval, ...whole].join('; ');
}
