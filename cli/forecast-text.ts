import type {
  ForecastChange,
  ForecastDetail,
  LedgerForecast,
  LedgerForecasts,
} from '../src/finops/forecasts/schema.ts';
import { DAY_MS } from '../src/platform/units/durations.ts';
import type { Context } from './frame/context.ts';
import { formatAmount, formatMoney } from './output/amounts.ts';
import { sourcesBehindText } from './output/sources-behind.ts';
import { facts, table } from './output/table.ts';
import { subjectText } from './usage.ts';

/** Display name of the forecast subject. */
export function subjectName({ level, key }: Pick<LedgerForecast, 'level' | 'key'>): string {
  if (level === 'total') return 'everything';
  return `${level} ${key ?? '(none)'}`;
}

/** The last day of a window, which is half-open. */
function lastDay({ window }: LedgerForecast): string {
  return new Date(Date.parse(window.end) - DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

const amount = ({ forecast }: LedgerForecast, end: 'mean' | 'lo80' | 'hi80' | 'lo95' | 'hi95') =>
  forecast === null ? null : formatAmount(forecast[end]);

export function forecastsText({ forecasts }: Pick<LedgerForecasts, 'forecasts'>, { paint }: Context): string {
  return table(
    forecasts,
    [
      { title: 'FORECAST OF', cell: subjectName, least: 16 },
      { title: 'TO', cell: lastDay },
      { title: '', cell: ({ currency }) => currency },
      { title: 'SO FAR', align: 'decimal', cell: ({ known }) => (known === null ? null : formatAmount(known)) },
      { title: 'EXPECTED', align: 'decimal', cell: (one) => amount(one, 'mean') },
      { title: 'LOW 80 %', align: 'decimal', cell: (one) => amount(one, 'lo80') },
      { title: 'HIGH 80 %', align: 'decimal', cell: (one) => amount(one, 'hi80') },
      { title: 'LIMIT', align: 'decimal', cell: ({ breach }) => (breach === null ? null : formatAmount(breach.limit)) },
      {
        title: 'P(OVER BUDGET)',
        align: 'right',
        cell: ({ breach }) => (breach === null ? null : formatShare(breach.probability)),
        style: ({ breach }) => ((breach?.probability ?? 0) >= LIKELY ? paint.bad : plain),
      },
      { title: 'EXPECTED ON', cell: ({ breach }) => breach?.day ?? null },
      {
        title: 'BACK-TEST ERROR',
        align: 'right',
        cell: ({ backtest }) => (backtest?.totalErrorRatio == null ? null : formatShare(backtest.totalErrorRatio)),
        least: 6,
      },
    ],
    paint,
  );
}

const LIKELY = 0.5;
const plain = (text: string): string => text;

/** A probability for display: never 0 % or 100 % while both outcomes are possible. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.01) return '<1 %';
  if (share < 1 && share > 0.99) return '>99 %';
  return `${Math.round(share * 100)} %`;
}

export function detailText(detail: ForecastDetail, context: Context): string {
  const { forecast, days, standing } = detail;
  const { paint } = context;
  const lines = [sentence(forecast, standing.month), '', facts(listFacts(detail), paint)];
  if (days.length === 0) return lines.join('\n');
  const number = (value: number) => formatAmount(value.toFixed(2));
  const column = (title: string, end: 'mean' | 'lo80' | 'hi80' | 'lo95' | 'hi95') => ({
    title,
    align: 'decimal' as const,
    cell: (day: ForecastDetail['days'][number]) => number(day[end]),
  });
  const daily = table(
    days,
    [
      { title: 'DAY', cell: ({ day }) => day },
      column('EXPECTED', 'mean'),
      column('LOW 80 %', 'lo80'),
      column('HIGH 80 %', 'hi80'),
      column('LOW 95 %', 'lo95'),
      column('HIGH 95 %', 'hi95'),
      { title: 'TO DATE', align: 'decimal', cell: ({ running }) => (running === null ? null : number(running.mean)) },
    ],
    paint,
  );
  return [...lines, '', daily].join('\n');
}

function sentence(forecast: LedgerForecast, month: string): string {
  const { forecast: estimate, known, breach, currency, reason } = forecast;
  const when = forecast.level === 'budget' ? `to ${lastDay(forecast)}` : `in ${month}`;
  if (estimate === null || known === null) return `No forecast of ${subjectName(forecast)}: ${reason ?? 'not known'}`;
  const money = (amount: string) => formatMoney({ amount, currency });
  const range = `${money(estimate.lo80)} to ${money(estimate.hi80)} at 80 %`;
  const ends = `${money(known)} so far, ${money(estimate.mean)} expected ${when} (${range})`;
  return breach === null ? `${ends}.` : `${ends}; ${breachText(breach, currency)}.`;
}

function breachText({ limit, probability, day }: NonNullable<LedgerForecast['breach']>, currency: string): string {
  const when = day === null ? '' : `, on about ${day}`;
  return `over its limit of ${formatMoney({ amount: limit, currency })} with ${formatShare(probability)} probability${when}`;
}

function listFacts({ forecast, standing, changes, earlier }: ForecastDetail): [string, string][] {
  const { backtest, note, currency } = forecast;
  const planned = changes.map((change) => `${change.what} (${byDayText(change)} a day from ${change.from})`);
  const [before] = earlier;
  const late = sourcesBehindText(standing.behind);
  return [
    [
      '95 %',
      forecast.forecast === null
        ? 'not known'
        : `${formatAmount(forecast.forecast.lo95)} to ${formatAmount(forecast.forecast.hi95)}`,
    ],
    ['back-test error', backtestText(backtest)],
    ['based on', `bills to ${standing.through}${standing.isCurrent ? '' : '; being recomputed'}`],
    ...(late === null ? [] : [['sources', late] as [string, string]]),
    ...(planned.length === 0
      ? []
      : [
          ['known changes', `${formatMoney({ amount: forecast.changes, currency })}: ${planned.join('; ')}`] as [
            string,
            string,
          ],
        ]),
    ...(before === undefined
      ? []
      : [['was before', `${formatAmount(before.forecast.mean)} with bills to ${before.through}`] as [string, string]]),
    ...(note === null ? [] : [['note', note] as [string, string]]),
  ];
}

function backtestText(backtest: LedgerForecast['backtest']): string {
  if (backtest === null) return 'not known: too short to be tried on itself';
  const { mase, totalErrorRatio, coverage80, origins } = backtest;
  const parts = [
    ...(totalErrorRatio === null ? [] : [`the sum ${formatShare(totalErrorRatio)}`]),
    ...(mase === null ? [] : [`a day MASE ${mase.toFixed(2)} (repeating the last season: 1)`]),
    ...(coverage80 === null ? [] : [`80% interval covers ${formatShare(coverage80)} of days`]),
  ];
  return `${parts.join(', ')}; from ${origins} earlier days`;
}

/** `$240.00`, `× 1.5`. */
function byDayText({ dailyAmount, currency, factor }: ForecastChange): string | null {
  if (dailyAmount === null || currency === null) return `× ${factor ?? ''}`;
  return formatMoney({ amount: dailyAmount, currency });
}

export function changesText(changes: readonly ForecastChange[], { paint }: Context): string {
  if (changes.length === 0) return '';
  return table(
    changes,
    [
      { title: 'CHANGE', cell: ({ change }) => change },
      { title: 'FROM', cell: ({ from }) => from },
      { title: 'UNTIL', cell: ({ until }) => until },
      { title: 'PER DAY', align: 'decimal', cell: byDayText },
      { title: 'SUBJECT', cell: ({ subject }) => subjectText(subject) ?? 'everything', least: 12 },
      { title: 'CHANGE', cell: ({ what, isOn }) => (isOn ? what : `${what} (left out)`), least: 12 },
      { title: 'BY', cell: ({ addedBy }) => addedBy, least: 6 },
    ],
    paint,
  );
}
