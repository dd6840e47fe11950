import type { BodyOf } from '../../platform/contract/schema.ts';
import { buildEvenSeries, type EvenSeries } from './calendar/series.ts';
import { addSteps, formatDuration, listUsualSeasons } from './calendar/step.ts';
import { forecastSeries, MOST_VALUES, type SeriesForecast } from './forecast-series.ts';
import type { ForecastPoint, postSeriesForecast, SeriesForecastReport } from './schema.ts';
import { selectSeasons } from './seasons.ts';

const LEVELS = [0.8, 0.95];

/** The forecast of rows as people write them. Errors: those of `evenSeries`. */
export function buildSeriesReport(asked: BodyOf<typeof postSeriesForecast>): SeriesForecastReport {
  const { horizon } = asked;
  const series = buildEvenSeries(asked.times, asked.values);
  const seasons = selectSeasons(series.values, asked.seasons ?? null, listUsualSeasons(series.step));
  const forecast = forecastSeries(series.values, { horizon, seasons, levels: LEVELS });
  return {
    points: buildPoints(series, forecast),
    method: forecast.method,
    members: [...forecast.members],
    backtest: buildBacktest(forecast),
    step: formatDuration(series.step),
    seasons: [...seasons],
    values: series.values.length,
    missing: series.values.length - series.known,
    notes: buildNotes(series, forecast, horizon),
  };
}

function buildPoints({ last, step }: EvenSeries, { mean, intervals }: SeriesForecast): ForecastPoint[] {
  const [inner, outer] = intervals as [SeriesForecast['intervals'][number], SeriesForecast['intervals'][number]];
  return Array.from(mean, (value, index) => ({
    at: addSteps(last, step, index + 1),
    mean: value,
    lo80: inner.low[index] as number,
    hi80: inner.high[index] as number,
    lo95: outer.low[index] as number,
    hi95: outer.high[index] as number,
  }));
}

function buildBacktest({ backtest, method }: SeriesForecast): SeriesForecastReport['backtest'] {
  const { origins, outcomes, mase, smape, coverage } = backtest;
  const [coverage80 = null, coverage95 = null] = coverage.map(({ share }) => share);
  return { origins, outcomes, mase, smape, coverage80, coverage95, reason: explainUnknown(backtest, method) };
}

function explainUnknown({ outcomes, mase, coverage }: SeriesForecast['backtest'], method: string): string | null {
  if (method === 'constant') return 'All values are the same: there is no error to measure by.';
  if (outcomes === 0) return 'The series is too short to be forecast from an earlier time.';
  if (coverage.some(({ share }) => share === null)) return 'Too few earlier times to judge the intervals by others.';
  return mase === null ? 'Repeating the last season was never wrong: there is no error to measure by.' : null;
}

function buildNotes(series: EvenSeries, { backtest, method }: SeriesForecast, horizon: number): string[] {
  const count = series.values.length;
  const missing = count - series.known;
  const tested = backtest.outcomes > 0;
  return [
    ...(series.wasSorted ? [] : ['The rows were not in the order of time; they were put in order.']),
    ...(missing > 0 ? [`${missing} of ${count} values are missing; they were filled by season and neighbours.`] : []),
    ...(count > MOST_VALUES ? [`Only the last ${MOST_VALUES} values were looked at.`] : []),
    ...(method === 'constant' ? ['All values are the same, and so is the forecast; intervals have no width.'] : []),
    ...(method !== 'constant' && !tested ? ['Too short to be tried on itself: the intervals are a guess.'] : []),
    ...(tested && horizon > count ? ['The horizon is longer than the history: far steps are a guess.'] : []),
  ];
}
