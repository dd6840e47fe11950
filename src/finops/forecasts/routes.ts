import type { QueryOf } from '../../platform/contract/schema.ts';
import { formatCsvLine } from '../../platform/csv/index.ts';
import {
  type Download,
  handle,
  handleDownload,
  type Identity,
  type Route,
  refuseHidden,
} from '../../platform/http/index.ts';
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
import { findVisibleForecasts } from './visible-forecasts.ts';

export function createLedgerForecastRoutes(deps: LedgerForecastDeps): Route[] {
  const findVisible = (identity: Identity) => findVisibleForecasts(deps.budgets, deps.store, identity);
  /** Also refuses a forecast that does not exist, as it refuses one of another team. */
  const readVisibleDetail = async (query: QueryOf<typeof getForecast>, identity: Identity) => {
    const visible = await findVisible(identity);
    const { level, key = null } = query;
    if (!visible.includes({ level, key })) throw refuseHidden(identity, `The forecast of ${key ?? level}`);
    return readForecastDetail(deps, query, visible);
  };
  return [
    handle(listForecasts, async ({ query, identity }) => readForecasts(deps, query, await findVisible(identity))),
    handleDownload(listForecastsCsv, async ({ query, identity }) =>
      csvFile('forecasts.csv', listCsv(await readForecasts(deps, query, await findVisible(identity)))),
    ),
    handle(getForecast, ({ query, identity }) => readVisibleDetail(query, identity)),
    handleDownload(getForecastCsv, async ({ query, identity }) =>
      csvFile('forecast.csv', buildDaysCsv(await readVisibleDetail(query, identity))),
    ),
    handle(makeForecasts, async () => {
      await enqueue(deps, deps.store);
      return { working: await findWork(deps.store) };
    }),
    handle(listForecastChanges, async ({ identity }) => {
      const visible = await findVisible(identity);
      return { changes: (await readAllChanges(deps.store)).filter((one) => visible.includesChange(one)) };
    }),
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
