export { computeDemandCost, type PlannedRate, type Scaling } from './at-demand.ts';
export { computeBenchmarkCosts } from './benchmark.ts';
export { buildComparisonKey, compareUnitCosts } from './compare.ts';
export { computeTraceCost, LEAST_DAYS } from './cost-of-trace.ts';
export { groupTraceDays } from './demand-trace.ts';
export { buildHardwareName, HOURS_PER_MONTH, type MeasuredUsage } from './measured-usage.ts';
export { computeDemandPerMonth, computeServedCosts, type Window } from './served.ts';
export { buildBenchmarkSamples, type ServiceSample } from './service-samples.ts';
