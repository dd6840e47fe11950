import { formatCsvLine } from '../../platform/csv/index.ts';
import { type Download, handle, handleDownload, type Route } from '../../platform/http/index.ts';
import { readAllChanges } from './offered.ts';
import {
  addForecastChange,
  type ForecastDetail,
  getForecast,
  getForecastCsv,
  type LedgerForecasts,
  listForecastChanges,
  listForecasts,
  listForecastsCsv,
  makeForecasts,
  removeForecastChange,
  switchForecastChange,
} from './schema.ts';
import {
  addChange,
  enqueue,
  type LedgerForecastDeps,
  readForecastDetail,
  readForecasts,
  removeChange,
  switchChange,
} from './service.ts';
import { findWork } from './store.ts';

export function createLedgerForecastRoutes(deps: LedgerForecastDeps): Route[] {
  return [
    handle(listForecasts, ({ query }) => readForecasts(deps, query)),
    handleDownload(listForecastsCsv, async ({ query }) =>
      csvFile('forecasts.csv', listCsv(await readForecasts(deps, query))),
    ),
    handle(getForecast, ({ query }) => readForecastDetail(deps, query)),
    handleDownload(getForecastCsv, async ({ query }) =>
      csvFile('forecast.csv', buildDaysCsv(await readForecastDetail(deps, query))),
    ),
    handle(makeForecasts, async () => {
      await enqueue(deps, deps.store);
      return { working: await findWork(deps.store) };
    }),
    handle(listForecastChanges, async () => ({ changes: await readAllChanges(deps.store) })),
    handle(addForecastChange, ({ body, actor }) => addChange(deps, body, actor)),
    handle(switchForecastChange, async ({ params: { change }, body: { isOn } }) => ({
      changes: await switchChange(deps, change, isOn),
    })),
    handle(removeForecastChange, ({ params: { change } }) => removeChange(deps, change)),
  ];
}

function csvFile(filename: string, content: string): Download {
  return { contentType: 'text/csv; charset=utf-8', filename, content };
}

const ESTIMATE = ['mean', 'lo80', 'hi80', 'lo95', 'hi95'] as const;

function listCsv({ forecasts }: LedgerForecasts): string {
  const head = ['level', 'key', 'currency', 'start', 'end', 'known', ...ESTIMATE, 'changes', 'budget', 'limit'];
  const lines = forecasts.map(
    ({ level, key, currency, window, known, forecast, changes, budget, breach, backtest, reason }) => [
      ...[level, key, currency, window.start, window.end, known],
      ...ESTIMATE.map((end) => forecast?.[end] ?? null),
      ...[changes, budget, breach?.limit ?? null, shown(breach?.probability), breach?.day ?? null],
      ...[shown(backtest?.mase), shown(backtest?.totalErrorRatio), reason],
    ],
  );
  return [[...head, 'breachProbability', 'breachDay', 'mase', 'totalErrorRatio', 'reason'], ...lines]
    .map(formatCsvLine)
    .join('');
}

function buildDaysCsv({ history, days, forecast: { currency } }: ForecastDetail): string {
  const past = history
    .filter(({ isWhole }) => isWhole)
    .map(({ day, amount }) => [day, currency, 'billed', amount, ...ESTIMATE.map(() => null), null]);
  const next = days.map((day) => [
    ...[day.day, currency, 'forecast', null],
    ...ESTIMATE.map((end) => String(day[end])),
    shown(day.running?.mean),
  ]);
  return [['day', 'currency', 'kind', 'amount', ...ESTIMATE, 'windowToDay'], ...past, ...next]
    .map(formatCsvLine)
    .join('');
}

function shown(value: number | null | undefined): string | null {
  return value == null ? null : String(value);
}
