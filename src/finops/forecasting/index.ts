export type { BacktestResult } from './backtest-result.ts';
export { estimateConformalSpread } from './conformal.ts';
export { forecastSeries, LEAST_VALUES } from './forecast-series.ts';
export { approximateStudentQuantile } from './numbers/student.ts';
export { createForecastRoutes } from './routes.ts';
export { findSeasons } from './seasons.ts';
