import {
  Horizon,
  postSeriesFileForecast,
  Seasons,
  type SeriesForecastReport,
} from '../src/finops/forecasting/schema.ts';
import { readBytes } from './bill-files.ts';
import { refuseBothFormats } from './downloads.ts';
import { ledgerForecastCommands } from './forecast-ledger.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { counted, formatAmount, formatInstant } from './output/amounts.ts';
import { facts, table } from './output/table.ts';

const LEAST_MEMBER_SHARE = 0.05;
const MOST_DIGITS = 20;

const seriesCommand = command({
  path: ['forecast', 'series'],
  summary: 'Forecast a series of a file, with intervals and back-test errors',
  example: `steelyard forecast series daily.csv --time day --value cost --horizon 30 --season 7
steelyard forecast series hourly.csv.gz --time ts --value requests --horizon 48 --json
steelyard forecast series monthly.csv --time month --value cost --horizon 12 --csv > next.csv`,
  needs: 'server',
  positionals: { file: { describe: 'CSV file with a row for each time, in any order; gzip or not' } },
  options: {
    time: { value: 'COLUMN', required: true, describe: 'Column of the time: 2026-11, 2026-11-01, 2026-11-01T08:00Z' },
    value: { value: 'COLUMN', required: true, describe: 'Column of the value; an empty field is missing, not zero' },
    horizon: { value: 'N', schema: Horizon, required: true, describe: 'Steps to forecast' },
    season: {
      value: 'N[,N]',
      schema: Seasons,
      describe: 'Steps of its seasons, such as 7 for days; derived from the calendar by default',
    },
    csv: { describe: 'Print CSV with all digits' },
  },
  run: async (context, { file, time, value, horizon, season, csv }) => {
    refuseBothFormats(context, csv);
    if (time === value) throw new CommandError('usage', '--time and --value name one column; give two.');
    const query = { timeColumn: time, valueColumn: value, horizon, seasons: season?.join(',') };
    const client = await context.client();
    const report = await client.upload(
      postSeriesFileForecast,
      { query },
      readBytes(file, () => {}),
    );
    if (csv) await context.io.out.write(csvText(report));
    else await context.answer(report, () => reportText(report, context));
    return 0;
  },
});

const FIELDS = ['at', 'mean', 'lo80', 'hi80', 'lo95', 'hi95'] as const;

/** Nothing but times and numbers, so that no field needs quotes. */
function csvText({ points }: SeriesForecastReport): string {
  const lines = [FIELDS.join(','), ...points.map((point) => FIELDS.map((field) => point[field]).join(','))];
  return `${lines.join('\r\n')}\r\n`;
}

function reportText(report: SeriesForecastReport, context: Context): string {
  const { paint } = context;
  const column = (title: string, field: Exclude<(typeof FIELDS)[number], 'at'>) => ({
    title,
    align: 'decimal' as const,
    cell: (point: SeriesForecastReport['points'][number]) => formatValue(point[field]),
  });
  const rows = table(
    report.points,
    [
      { title: 'TIME', cell: ({ at }) => formatInstant(at) },
      column('FORECAST', 'mean'),
      column('LOW 80 %', 'lo80'),
      column('HIGH 80 %', 'hi80'),
      column('LOW 95 %', 'lo95'),
      column('HIGH 95 %', 'hi95'),
    ],
    paint,
  );
  return [rows, '', facts(listFacts(report), paint), ...report.notes.map(paint.waiting)].join('\n');
}

function formatValue(value: number): string {
  const text = value.toFixed(MOST_DIGITS).includes('e') ? String(value) : value.toFixed(MOST_DIGITS);
  return text.includes('e') ? text : formatAmount(text);
}

function listFacts({ backtest, members, method, seasons, step, values }: SeriesForecastReport): [string, string][] {
  const strong = members.filter(({ weight }) => weight >= LEAST_MEMBER_SHARE);
  const rest = members.length - strong.length;
  const names = strong.map(({ name, weight }) => `${name} ${formatRatio(weight)}`);
  const more = rest === 0 ? [] : [`${rest} more below ${formatRatio(LEAST_MEMBER_SHARE)}`];
  return [
    ['back-test error', errorText(backtest)],
    ['back-test coverage', coverageText(backtest)],
    ['method', method === 'constant' ? 'the value that all have' : [...names, ...more].join('; ')],
    ['series', `${counted(values, 'value')}, ${step} apart, ${seasonText(seasons)}`],
  ];
}

function errorText({ mase, smape, origins, reason }: SeriesForecastReport['backtest']): string {
  if (smape === null) return reason ?? 'not known';
  const scaled = mase === null ? '' : `MASE ${mase.toFixed(2)} (repeating the last season: 1), `;
  return `${scaled}sMAPE ${smape.toFixed(1)} %, from ${counted(origins, 'earlier time')}`;
}

function coverageText({ coverage80, coverage95, outcomes, reason }: SeriesForecastReport['backtest']): string {
  if (coverage80 === null || coverage95 === null) return reason ?? 'not known';
  const coverage = `80% interval covers ${formatRatio(coverage80)}, 95% interval covers ${formatRatio(coverage95)}`;
  return `${coverage} of ${counted(outcomes, 'value')}`;
}

function seasonText(seasons: readonly number[]): string {
  return seasons.length === 0 ? 'no season' : `season of ${seasons.join(' and ')} steps`;
}

function formatRatio(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`;
}

export const forecastCommands = [seriesCommand, ...ledgerForecastCommands];
