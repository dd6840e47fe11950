import type { Breach, ForecastDetail } from '../../../src/finops/forecasts/schema.ts';
import { formatAbout, formatMoney } from '../format/money.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay, formatMonthName } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { AboutFigure } from './AboutFigure.tsx';
import { findSoFar } from './so-far.ts';
import { chanceText, overText, subjectName } from './words.ts';

/** `$48,210 so far in November, to 26 Nov; forecast $61,400 ($57,900 to $65,300), 4 % over the budget of $59,000; 83 % chance to exceed, about 27 Nov.` */
export function ForecastAnswer({ detail }: { readonly detail: ForecastDetail }) {
  const { forecast, standing } = detail;
  const { forecast: estimate, known, currency, breach, reason, level } = forecast;
  const name = level === 'total' ? '' : ` by ${subjectName(forecast)}`;
  if (estimate === null || known === null) return `There is no forecast of ${subjectName(forecast)}. ${reason ?? ''}`;
  const money = (amount: string) => ({ amount, currency });
  const soFar = findSoFar(detail);
  const late = withoutSources(standing.behind);
  const place = level === 'budget' ? ` of ${subjectName(forecast)}` : `${name} in ${formatMonthName(standing.month)}`;
  return (
    <>
      <span data-testid="headline">
        <MoneyFigure money={money(soFar.amount)} />
      </span>{' '}
      so far{place}
      {soFar.through === null ? ', no day complete' : `, to ${formatDay(soFar.through)}`}; forecast{' '}
      <AboutFigure money={money(estimate.mean)} strong /> ({formatAbout(money(estimate.lo80))} to{' '}
      {formatAbout(money(estimate.hi80))}
      {late}){breach !== null && breachText(breach, currency)}.
    </>
  );
}

/** `, 4 % over the budget of $9,000; 83 % chance to exceed, about 27 Nov`. */
function breachText(breach: Breach, currency: string): string {
  const { limit, overRatio } = breach;
  const allowed = formatMoney({ amount: limit, currency }).replace(/\.00$/, '');
  const place = overRatio === null ? 'against' : overText(overRatio);
  return `, ${place} the budget of ${allowed}; ${chanceText(breach)}`;
}
