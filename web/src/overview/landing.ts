import type { LedgerForecast, LedgerForecasts } from '../../../src/finops/forecasts/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { LIKELY, probabilityText } from '../forecasts/words.ts';
import { formatAbout } from '../format/money.ts';
import type { Tone } from './Tile.tsx';

/** Probability of passing the budget from which a month is at risk. */
const AT_RISK = 0.2;

export interface Landing {
  readonly forecast: LedgerForecast;
  readonly status: { readonly tone: Tone; readonly word: string };
  /** The budget and the chance to pass it, as text; null without a budget. */
  readonly budget: string | null;
}

/** The forecast of the whole bill, or of a team; undefined where there is none. */
export function findForecast({ forecasts }: LedgerForecasts, team: string | undefined): LedgerForecast | undefined {
  return forecasts.find(({ level, key }) =>
    team === undefined ? level === 'total' : level === 'team' && key === team,
  );
}

/**
 * Where the month lands, against the budget that covers exactly this.
 *
 * @example describeLanding(total).budget // 'Budget $340,000, 10 % likely to be exceeded'
 */
export function describeLanding(forecast: LedgerForecast): Landing {
  const { breach, currency, known } = forecast;
  if (breach === null) return { forecast, status: { tone: 'none', word: 'No budget' }, budget: null };
  const limit = formatAbout({ amount: breach.limit, currency });
  const isOver = known !== null && decimal(known).greaterThan(breach.limit);
  if (isOver) return { forecast, status: { tone: 'bad', word: 'Over budget' }, budget: `Budget ${limit}, exceeded` };
  const budget = `Budget ${limit}, ${probabilityText(breach.probability)} likely to be exceeded`;
  if (breach.probability >= LIKELY) return { forecast, status: { tone: 'bad', word: 'Likely over' }, budget };
  if (breach.probability >= AT_RISK) return { forecast, status: { tone: 'watch', word: 'At risk' }, budget };
  return { forecast, status: { tone: 'good', word: 'Within budget' }, budget };
}
