import type { Breach, ForecastDetail } from '../../../src/finops/forecasts/schema.ts';
import { formatAbout, formatMoney } from '../format/money.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay, formatMonthName } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { AboutFigure } from './AboutFigure.tsx';
import { findLastDay, overText, probabilityText, subjectName } from './words.ts';

/** `$48,210 so far in November, to 26 Nov, forecast $61,400 ($57,900 to $65,300), 4 % over budget with 83 % probability, on about 27 Nov.` */
export function ForecastAnswer({ detail }: { readonly detail: ForecastDetail }) {
  const { forecast, standing } = detail;
  const { forecast: estimate, known, currency, breach, reason, level } = forecast;
  const name = level === 'total' ? '' : ` by ${subjectName(forecast)}`;
  if (estimate === null || known === null) return `There is no forecast of ${subjectName(forecast)}. ${reason ?? ''}`;
  const money = (amount: string) => ({ amount, currency });
  const when =
    level === 'budget'
      ? `to ${formatDay(findLastDay(forecast))}`
      : `in ${formatMonthName(standing.month)}, to ${formatDay(standing.through)}`;
  const late = withoutSources(standing.behind);
  return (
    <>
      <span data-testid="headline">
        <MoneyFigure money={money(known)} />
      </span>{' '}
      so far{level === 'budget' ? ` of ${subjectName(forecast)}` : name} {when}, forecast{' '}
      <AboutFigure money={money(estimate.mean)} strong /> ({formatAbout(money(estimate.lo80))} to{' '}
      {formatAbout(money(estimate.hi80))}
      {late}){breach !== null && <BreachText breach={breach} currency={currency} />}.
    </>
  );
}

function BreachText({ breach, currency }: { readonly breach: Breach; readonly currency: string }) {
  const { limit, probability, overRatio, day } = breach;
  const allowed = formatMoney({ amount: limit, currency }).replace(/\.00$/, '');
  const when = day === null ? '' : `, on about ${formatDay(day)}`;
  if (overRatio === null || overRatio <= 0) {
    const place = overRatio === null ? 'against' : overText(overRatio);
    return `, ${place} the budget of ${allowed}; exceeded with ${probabilityText(probability)} probability${when}`;
  }
  return `, ${overText(overRatio)} budget with ${probabilityText(probability)} probability${when}`;
}
