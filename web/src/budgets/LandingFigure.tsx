import type { LedgerForecasts } from '../../../src/finops/forecasts/schema.ts';
import { AboutFigure } from '../forecasts/AboutFigure.tsx';
import { chanceText } from '../forecasts/words.ts';
import { formatAbout } from '../format/money.ts';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import type { Landing } from './budget-landing.ts';
import styles from './budgets.module.css';
import { NO_FORECAST } from './words.ts';

interface LandingFigureProps {
  readonly landing: Landing | null;
  readonly currency: string;
  /** Undefined while the forecasts load: the cell keeps its size. */
  readonly forecasts: LedgerForecasts | undefined;
}

/** Forecast at the end of the window with its 80 % interval and the chance to exceed the limit. */
export function LandingFigure({ landing, currency, forecasts }: LandingFigureProps) {
  if (forecasts === undefined) return <span className={styles.landing} />;
  if (landing === null) return <Unknown reason={forecasts.reason ?? NO_FORECAST} />;
  const { mean, lo80, hi80, breach } = landing;
  const money = (amount: string) => ({ amount, currency });
  return (
    <span className={styles.landing}>
      <AboutFigure money={money(mean)} />
      <span className={table.subLine} data-tip="80 % interval of the forecast">
        {formatAbout(money(lo80))} to {formatAbout(money(hi80))}
      </span>
      {breach !== null && (
        <span className={table.subLine} data-tip={chanceText(breach)}>
          {chanceText({ ...breach, day: null })}
        </span>
      )}
    </span>
  );
}
