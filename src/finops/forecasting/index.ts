export { forecastSeries } from './forecast-series.ts';
export { studentQuantile } from './numbers/student.ts';
export { forecastRoutes } from './routes.ts';
export type { BacktestResult } from './backtest-result.ts';
export { LEAST_VALUES } from './forecast-series.ts';
export { findSeasons } from './seasons.ts';
export { conformalSpread } from './conformal.ts';
